"""A detector that somebody has installed and chooses by its name."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from core.detections import Detections
from core.detectors import registry
from core.detectors.base import DetectorConfig
from core.errors import DetectorError
from core.pipeline import current_run
from core.project import Project
from tests.conftest import REPOSITORY, MakeVideo


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The detector of docs/detectors.md, laid out as pip would, and one that cannot be loaded."""
    text = (REPOSITORY / "docs" / "detectors.md").read_text()
    folder = tmp_path_factory.mktemp("site")
    (folder / "bright_spots.py").write_text(text.split("```python\n")[1].split("```")[0])
    about = folder / "bright_spots-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: bright-spots\nVersion: 1\n")
    entry = next(
        line for line in text.split("```toml\n")[1].splitlines() if line.startswith("bright")
    )
    points = entry.replace('"', "") + "\nbroken = nowhere:Nothing\n"
    (about / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{points}")
    return folder


def started(installed: Path, home: Path, *arguments: object) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(installed), str(REPOSITORY)])
    return subprocess.Popen(
        [sys.executable, "-m", "core.cli", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": path, "FLICKERSCOPE_HOME": str(home)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def process(installed: Path, home: Path, video: Path, out: Path, name: str) -> tuple[int, str, str]:
    program = started(
        installed, home, "process", video, "--detector", name, "--model", 127,
        "--out", out, "--json",
    )  # fmt: skip
    said, complained = program.communicate(timeout=60)
    return program.returncode, said, complained


def stored(out: Path) -> tuple[Project, Detections]:
    (folder,) = out.glob("*.flickerscope")
    with closing(Project.open(folder)) as project:
        return project, current_run(project)[1]


def test_an_installed_detector_is_run_by_its_name_without_ultralytics(
    installed: Path, home: Path, make_video: MakeVideo, tmp_path: Path
) -> None:
    code, said, complained = process(
        installed, home, make_video(frames=9), tmp_path, "bright-spots"
    )
    assert code == 0, complained
    assert json.loads(said)["backend"] == "opencv"
    project, found = stored(tmp_path)
    assert project.runs[0].info.version == "bright-spots 1"
    assert project.runs[0].info.class_names == ("spot",)
    # Frame 0 shows no lit block in its upper half: the lower half is one bright area.
    height = found.xyxy[0, 3] - found.xyxy[0, 1]
    assert found.counts[0] == 1
    assert height == pytest.approx(48, abs=2)
    assert (found.counts > 0).all()
    assert not (home / "vendor").exists()


def test_a_detector_that_cannot_be_loaded_is_a_sentence(
    installed: Path, home: Path, make_video: MakeVideo, tmp_path: Path
) -> None:
    code, _, complained = process(installed, home, make_video(frames=3), tmp_path, "broken")
    assert code == 2
    assert complained.startswith('flickerscope: The detector "broken" (nowhere:Nothing) cannot be')
    assert complained.count("\n") == 1


def test_an_unknown_detector_is_a_sentence_that_names_those_that_there_are() -> None:
    with pytest.raises(DetectorError, match=r'no detector "psychic": choose one of ultralytics'):
        registry.make_detector(DetectorConfig(detector="psychic"), (64, 48), lambda message: None)
