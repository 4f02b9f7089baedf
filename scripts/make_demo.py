"""Makes the demonstration: a rendered clip, and a detector that watches it.

Everything in `resources/demo` comes from here, from fixed seeds, on a CPU: stills are rendered
and a small YOLOv8 is trained on them from random weights; it is measured on held-out stills;
then a clip is rendered whose rain is heavier than any still's, which is why the detector
flickers on it.

    python scripts/make_demo.py --work /tmp/demo-work

On two quiet cores: 8 minutes for the stills, 30 for the training, 3 for the clip. A rerun on the
same machine is meant to give the same files; another CPU rounds differently and trains a slightly
other detector.
"""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

ROOT = Path(__file__).resolve().parent.parent
# `python scripts/make_demo.py` puts scripts/ on the path, not the folder that holds it.
sys.path.insert(0, str(ROOT))

from scripts.demo import clip, dataset, detector
from scripts.demo.render import HEIGHT, WIDTH
from scripts.demo.vehicles import NAMES

TARGET = ROOT / "resources" / "demo"
CLIP_SEED = 7
TRAIN_SEED, HELD_OUT_SEED = 10_000, 900_000
HELD_OUT = 160
# What is measured: at the network's 384 pixels, smaller vehicles are about as small as its finest
# stride. It trains on them all the same, for without labels they would teach it to look away.
HELD_OUT_SMALLEST_PX = (16, 24)


class Part(StrEnum):
    """What can be made by itself."""

    clip = "clip"
    stills = "stills"
    detector = "detector"
    facts = "facts"


def _facts(images: int, epochs: int, measures: detector.Measures) -> str:
    facts = {
        "clip": {
            "file": "rain.mp4",
            "seed": CLIP_SEED,
            "frames": clip.FRAMES,
            "fps": clip.FPS,
            "width": WIDTH,
            "height": HEIGHT,
        },
        "detector": {
            "file": "detector.pt",
            "classes": list(NAMES),
            "image_size": detector.IMAGE_SIZE,
            "epochs": epochs,
            **detector.versions(),
        },
        "training": {"renderings": images, "first_seed": TRAIN_SEED},
        "held_out": {
            "renderings": HELD_OUT,
            "first_seed": HELD_OUT_SEED,
            "smallest_px": HELD_OUT_SMALLEST_PX,
            **vars(measures),
        },
    }
    return json.dumps(facts, indent=2) + "\n"


def main(
    work: Annotated[Path, typer.Option(help="Folder for stills and training runs.")],
    images: Annotated[int, typer.Option(help="Training stills.")] = 1000,
    epochs: Annotated[int, typer.Option(help="Passes over them.")] = 25,
    only: Annotated[Part | None, typer.Option(help="Make just this part.")] = None,
) -> None:
    """Make resources/demo from nothing."""
    work.mkdir(parents=True, exist_ok=True)
    TARGET.mkdir(parents=True, exist_ok=True)
    detector.use_work_folder(work)
    listing, weights = work / "stills" / "data.yaml", TARGET / "detector.pt"
    if only in (None, Part.clip):
        clip.write_clip(TARGET / "rain.mp4", CLIP_SEED)
    if only in (None, Part.stills):
        splits = (
            dataset.Split("train", TRAIN_SEED, images),
            dataset.Split("held-out", HELD_OUT_SEED, HELD_OUT, HELD_OUT_SMALLEST_PX),
        )
        dataset.write_dataset(work / "stills", splits)
    if only in (None, Part.detector):
        trained = detector.train(listing, work, len(NAMES), epochs)
        detector.publish(trained, weights, NAMES)
    if only in (None, Part.detector, Part.facts):
        measures = detector.measure(weights, listing, work)
        (TARGET / "demo.json").write_text(_facts(images, epochs, measures))


if __name__ == "__main__":
    typer.run(main)
