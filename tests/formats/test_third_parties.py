"""Third parties read back every box of every format."""

import csv
import os
from pathlib import Path

import pytest

from core.export.registry import BUILT_IN
from tests.conftest import REPOSITORY
from tests.formats.exports import VARIANTS, Exports, Variant
from tests.formats.measuring import Measured, measured
from tests.formats.registry import READERS
from tests.formats.table import page

PAGE = REPOSITORY / "docs" / "formats.md"
UPDATE = "FLICKERSCOPE_UPDATE_FORMATS"


def measure(exports: Exports, variant: Variant) -> Measured:
    return measured(exports.labeled(variant), exports.read(variant), variant.reader.precision)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.key)
def test_every_box_is_read_back(exports: Exports, variant: Variant) -> None:
    assert measure(exports, variant).off <= variant.reader.precision


@pytest.mark.filterwarnings("default")
def test_yolo_is_ready_for_training_from_any_folder(
    exports: Exports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ultralytics import YOLO

    (variant,) = (v for v in VARIANTS if v.key == "yolo-frames-split-ultralytics")
    exports.labeled(variant)
    monkeypatch.chdir(tmp_path)
    YOLO("yolov8n.yaml").train(
        data=str(exports.folder / variant.export / "data.yaml"), epochs=1, imgsz=32, batch=8,
        device="cpu", workers=0, plots=False, amp=False, optimizer="SGD", deterministic=False,
        project=str(tmp_path), name="run",
    )  # fmt: skip
    (result,) = csv.DictReader((tmp_path / "run" / "results.csv").read_text().splitlines())
    assert float(result["train/cls_loss"]) > 0
    assert (tmp_path / "run" / "weights" / "last.pt").stat().st_size > 0


def test_every_format_has_a_reader() -> None:
    assert {reader.format for reader in READERS} == {format_.name for format_ in BUILT_IN}


def test_the_page_says_what_was_read_back(exports: Exports) -> None:
    found, missed = [], set()
    for variant in VARIANTS:
        try:
            found.append((variant.reader, measure(exports, variant)))
        except pytest.skip.Exception:
            missed.add(variant.reader.format)
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    now = page(found, missed, before)
    if os.environ.get(UPDATE):
        assert not missed
        PAGE.write_text(now, encoding="utf-8")
    else:
        assert before == now, "run python scripts/update_formats.py"
