"""The doctor."""

from pathlib import Path

import pytest

from core.doctor import core_checks, examine


@pytest.mark.parametrize("name", core_checks())
def test_every_check_works_on_a_sound_computer(name: str) -> None:
    finding = examine(name, core_checks()[name])
    assert finding.works, finding.says
    assert finding.says


def test_a_check_that_raises_is_a_finding_with_its_words() -> None:
    def broken() -> str:
        raise ImportError("libGL.so.1 is missing: install libgl1")

    finding = examine("gl", broken)
    assert (finding.name, finding.works) == ("gl", False)
    assert finding.says == "libGL.so.1 is missing: install libgl1"


def test_a_check_that_raises_without_words_is_named_by_its_error() -> None:
    def broken() -> str:
        raise MemoryError

    assert examine("x", broken).says == "MemoryError"


def test_downloaded_models_are_listed(home: Path) -> None:
    (home / "models" / "yolov8s.pt").write_text("x")
    assert "yolov8s.pt" in examine("models", core_checks()["models"]).says


def test_folders_that_cannot_be_written_are_found(
    regular_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLICKERSCOPE_HOME", str(regular_file))
    for name in ("projects", "models"):
        finding = examine(name, core_checks()[name])
        assert not finding.works
        assert str(regular_file) in finding.says
