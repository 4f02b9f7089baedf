"""Stills with their true boxes, laid out as ultralytics wants them."""

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from scripts.demo.render import HEIGHT, WIDTH, Frame, render
from scripts.demo.vehicles import NAMES
from scripts.demo.world import random_scene

_JPEG_QUALITY = 88


@dataclass(frozen=True)
class Split:
    """A row of renderings: one scene for each seed from `first_seed`."""

    name: str
    first_seed: int
    count: int
    smallest_px: tuple[int, int] = (0, 0)
    """Width and height of the smallest vehicle that gets a label."""

    @property
    def seeds(self) -> range:
        """The scenes' seeds."""
        return range(self.first_seed, self.first_seed + self.count)


def labels(frame: Frame, smallest_px: tuple[int, int] = (0, 0)) -> str:
    """YOLO lines: class, then centre x, centre y, width, height as parts of the picture."""
    lines = []
    for truth in frame.truths:
        x1, y1, x2, y2 = truth.box
        if x2 - x1 < smallest_px[0] or y2 - y1 < smallest_px[1]:
            continue
        middle = ((x1 + x2) / 2 / WIDTH, (y1 + y2) / 2 / HEIGHT)
        size = ((x2 - x1) / WIDTH, (y2 - y1) / HEIGHT)
        lines.append(" ".join([str(truth.kind), *(f"{part:.6f}" for part in middle + size)]))
    return "".join(line + "\n" for line in lines)


def _write_still(root: Path, split: Split, seed: int) -> None:
    cv2.setNumThreads(1)
    still_time = float(np.random.default_rng((seed, 1)).uniform(0, 1))
    frame = render(random_scene(seed), still_time)
    picture = root / "images" / split.name / f"{seed:06d}.jpg"
    if not cv2.imwrite(str(picture), frame.picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]):
        raise OSError(f"cannot write {picture}")
    (root / "labels" / split.name / f"{seed:06d}.txt").write_text(labels(frame, split.smallest_px))


def write_dataset(root: Path, splits: tuple[Split, ...]) -> Path:
    """Render every split under `root` and return the path of the dataset's yaml file."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for split in splits:
            for kind in ("images", "labels"):
                (root / kind / split.name).mkdir(parents=True, exist_ok=True)
            jobs = [pool.submit(_write_still, root, split, seed) for seed in split.seeds]
            for job in jobs:
                job.result()
    names = "".join(f"  {index}: {name}\n" for index, name in enumerate(NAMES))
    text = f"path: {root.resolve()}\ntrain: images/train\nval: images/held-out\nnames:\n{names}"
    listing = root / "data.yaml"
    listing.write_text(text)
    return listing
