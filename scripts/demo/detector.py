"""Trains the demonstration's YOLOv8 detector from random weights and measures it."""

import os
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

# The clip's 16:9 pictures shrink to 384x216, which the stride of 32 pads by eight rows only.
IMAGE_SIZE = 384
_THREADS = 1

_ARCHITECTURE = """\
# YOLOv8 with half the channels of yolov8n: it must train on a CPU within the hour.
nc: {classes}
depth_multiple: 0.33
width_multiple: 0.125
max_channels: 1024
backbone:
  - [-1, 1, Conv, [64, 3, 2]]
  - [-1, 1, Conv, [128, 3, 2]]
  - [-1, 3, C2f, [128, True]]
  - [-1, 1, Conv, [256, 3, 2]]
  - [-1, 6, C2f, [256, True]]
  - [-1, 1, Conv, [512, 3, 2]]
  - [-1, 6, C2f, [512, True]]
  - [-1, 1, Conv, [1024, 3, 2]]
  - [-1, 3, C2f, [1024, True]]
  - [-1, 1, SPPF, [1024, 5]]
head:
  - [-1, 1, nn.Upsample, [None, 2, nearest]]
  - [[-1, 6], 1, Concat, [1]]
  - [-1, 3, C2f, [512]]
  - [-1, 1, nn.Upsample, [None, 2, nearest]]
  - [[-1, 4], 1, Concat, [1]]
  - [-1, 3, C2f, [256]]
  - [-1, 1, Conv, [256, 3, 2]]
  - [[-1, 12], 1, Concat, [1]]
  - [-1, 3, C2f, [512]]
  - [-1, 1, Conv, [512, 3, 2]]
  - [[-1, 9], 1, Concat, [1]]
  - [-1, 3, C2f, [1024]]
  - [[15, 18, 21], 1, Detect, [nc]]
"""


@dataclass(frozen=True)
class Measures:
    """What ultralytics' own validation says of the detector on held-out renderings."""

    map50: float
    map50_95: float
    map50_by_class: dict[str, float]


def use_work_folder(work: Path) -> None:
    """Keep ultralytics' settings out of the home folder; call it before any import of it."""
    os.environ["YOLO_CONFIG_DIR"] = str(work.resolve())
    os.environ["YOLO_OFFLINE"] = "1"


def versions() -> dict[str, str]:
    """What trained and measured it."""
    return {name: version(name) for name in ("torch", "ultralytics")}


def train(listing: Path, work: Path, classes: int, epochs: int) -> Path:
    """Train on `listing`'s train split; the path of the last, stripped checkpoint.

    Not the best one: that would be chosen by the held-out split it is measured on.
    """
    import torch
    from ultralytics import YOLO

    # Young optimizer states are full of denormal numbers, which a CPU multiplies very slowly;
    # threads inherit this setting, so it must come before the first of them.
    torch.set_flush_denormal(True)
    # "n" in the name would pick a scale; this file states its own multiples.
    architecture = work / "yolov8-half.yaml"
    architecture.write_text(_ARCHITECTURE.format(classes=classes))
    model = YOLO(str(architecture), task="detect")
    # One thread: small layers gain little from a second, and lose much where another program
    # wants that core; a fixed count also keeps the order of sums the same.
    model.add_callback("on_train_start", lambda _: torch.set_num_threads(_THREADS))
    model.train(
        data=str(listing),
        imgsz=IMAGE_SIZE,
        epochs=epochs,
        batch=8,
        rect=True,
        optimizer="AdamW",
        lr0=0.002,
        lrf=0.02,
        cos_lr=True,
        warmup_epochs=1.0,
        weight_decay=0.0005,
        scale=0.25,
        translate=0.05,
        erasing=0.0,
        cache="ram",
        workers=0,
        device="cpu",
        amp=False,
        plots=False,
        deterministic=True,
        seed=0,
        project=str((work / "runs").resolve()),
        name="detector",
        exist_ok=True,
    )
    return work / "runs" / "detector" / "weights" / "last.pt"


def measure(weights: Path, listing: Path, work: Path) -> Measures:
    """Validate on `listing`'s held-out split."""
    from ultralytics import YOLO

    model = YOLO(str(weights))
    found = model.val(
        data=str(listing),
        imgsz=IMAGE_SIZE,
        device="cpu",
        workers=0,
        plots=False,
        project=str((work / "runs").resolve()),
        name="held-out",
        exist_ok=True,
    )
    by_class = {
        model.names[int(kind)]: round(float(found.box.ap50[row]), 4)
        for row, kind in enumerate(found.box.ap_class_index)
    }
    return Measures(round(float(found.box.map50), 4), round(float(found.box.map), 4), by_class)


def publish(weights: Path, target: Path, names: tuple[str, ...]) -> None:
    """Save the checkpoint to `target` without this machine's paths, dates or revision."""
    import torch

    checkpoint: dict[str, Any] = torch.load(weights, map_location="cpu", weights_only=False)
    model = checkpoint["model"]
    model.yaml["yaml_file"] = "yolov8.yaml"
    model.names = dict(enumerate(names))
    model.pt_path = target.name
    plain = {
        "model": "yolov8.yaml",
        "data": "demo.yaml",
        "project": None,
        "name": "demo",
        "save_dir": "demo",
        "resume": False,
        "imgsz": IMAGE_SIZE,
    }
    model.args = {**dict(model.args), **plain}
    kept = {
        "model": model,
        "train_args": {**checkpoint["train_args"], **plain},
        "epoch": -1,
        "version": checkpoint["version"],
        "license": checkpoint["license"],
        "docs": checkpoint["docs"],
    }
    torch.save(kept, target)
