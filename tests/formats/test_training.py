"""A YOLO export is ready for training, wherever it lies."""

import csv
import subprocess
import sys
from pathlib import Path

from core.export.registry import formats
from tests.formats.exports import Exports
from tests.formats.sample import write_sample

TRAIN = """
import sys
from ultralytics import YOLO
YOLO("yolov8n.yaml").train(
    data=sys.argv[1], epochs=1, imgsz=32, batch=8, device="cpu", workers=0, plots=False, amp=False,
    optimizer="SGD", project=sys.argv[2], name="run",
)
"""


def test_an_epoch_of_training_runs_from_any_folder(exports: Exports, tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "an export", tmp_path / "elsewhere"
    write_sample(formats()["yolo"], "frames", folder, exports.videos, split=True)
    elsewhere.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, str(folder / "data.yaml"), str(elsewhere)],
        capture_output=True, text=True, cwd=elsewhere, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (result,) = csv.DictReader((elsewhere / "run" / "results.csv").read_text().splitlines())
    assert float(result["train/cls_loss"]) > 0
    assert (elsewhere / "run" / "weights" / "last.pt").stat().st_size > 0
