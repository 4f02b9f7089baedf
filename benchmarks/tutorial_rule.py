"""How much faster the tutorial's rule is here than in plain loops with torch.

    python benchmarks/tutorial_rule.py [--frames N] [--boxes 10] [--loop pairs|frames] [--json]

All see the same made-up video of objects that move slowly and are missed now and then. They take
turns, on one thread; the medians of their times are compared, after all were found to give the
same flags and the same boxes.
"""

import json
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from statistics import median
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

# `python benchmarks/tutorial_rule.py` puts benchmarks/ on the path, not the folder that holds it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.assertions.tutorial import IOU_THRESH_ASSERTION, IOU_THRESH_TRACKING, flickering

WIDTH, HEIGHT = 1920, 1080
MISSED = 0.1
"""Share of the boxes that the made-up detector does not see."""

Video = list[NDArray[np.int64]]
"""For each frame an (n, 4) array of boxes x, y, w, h."""
Boxes = list[list[int]]


class Loop(StrEnum):
    """A plain way to apply the rule with torch."""

    frames = "frames"
    pairs = "pairs"


Result = tuple[list[bool], list[Boxes]]
"""Flags, and imputed boxes x0, y0, x1, y1, by frame."""


def made_up_video(frames: int, boxes: int, seed: int = 0) -> Video:
    """Objects that drift across a full-HD picture; each is missed in a tenth of the frames."""
    random = np.random.default_rng(seed)
    size = random.integers(40, 200, (boxes, 2))
    start = random.random((boxes, 2)) * (WIDTH - 200, HEIGHT - 200)
    speed = random.normal(0, 1.5, (boxes, 2))
    video = []
    for frame in range(frames):
        wobble = random.normal(0, 0.7, (boxes, 2))
        corner = np.abs(start + frame * speed + wobble) % (WIDTH - 200, HEIGHT - 200)
        seen = random.random(boxes) >= MISSED
        video.append(np.hstack([corner, size])[seen].astype(np.int64))
    return video


def loop_over_frames(video: Video) -> Result:
    """The rule frame by frame with torchvision; within a frame all boxes at once."""
    import torch
    from torchvision.ops import box_convert, box_iou

    boxes = [box_convert(torch.from_numpy(frame).double(), "xywh", "xyxy") for frame in video]
    flags = [False] * len(boxes)
    imputed: list[Boxes] = [[] for _ in boxes]
    for i in range(1, len(boxes) - 1):
        before, after = boxes[i - 1], boxes[i + 1]
        b, a = torch.nonzero(box_iou(before, after) > IOU_THRESH_TRACKING, as_tuple=True)
        mean = ((before[b] + after[a]) / 2).trunc()
        missed = (box_iou(mean, boxes[i]) < IOU_THRESH_ASSERTION).all(dim=1)
        flags[i] = bool(missed.any())
        imputed[i] = mean[missed].long().tolist()
    return flags, imputed


def loop_over_pairs(video: Video) -> Result:
    """The same, but one pair of matching boxes at a time, as the rule is told."""
    import torch
    from torchvision.ops import box_convert, box_iou

    boxes = [box_convert(torch.from_numpy(frame).double(), "xywh", "xyxy") for frame in video]
    flags = [False] * len(boxes)
    imputed: list[Boxes] = [[] for _ in boxes]
    for i in range(1, len(boxes) - 1):
        before, current, after = boxes[i - 1], boxes[i], boxes[i + 1]
        for b, a in torch.nonzero(box_iou(before, after) > IOU_THRESH_TRACKING):
            mean = ((before[b] + after[a]) / 2).trunc()
            if bool((box_iou(mean.unsqueeze(0), current) < IOU_THRESH_ASSERTION).all()):
                flags[i] = True
                imputed[i].append(mean.long().tolist())
    return flags, imputed


def ours(video: Video) -> Result:
    """The same from the program."""
    found = flickering(video)
    imputed: list[Boxes] = [[] for _ in video]
    for frame, xyxy in zip(found.frame.tolist(), found.xyxy.tolist(), strict=True):
        imputed[frame].append(xyxy)
    return found.flickering.tolist(), imputed


def seconds(work: Callable[[], object], turns: int = 1) -> float:
    """Time of one call, as the mean of some."""
    began = time.perf_counter()
    for _ in range(turns):
        work()
    return (time.perf_counter() - began) / turns


LOOPS = {Loop.frames: loop_over_frames, Loop.pairs: loop_over_pairs}


def main(
    frames: Annotated[int, typer.Option(min=3, help="Frames of the made-up video.")] = 2000,
    boxes: Annotated[int, typer.Option(min=1, help="Objects in each frame.")] = 10,
    repetitions: Annotated[int, typer.Option(min=1, help="Turns of each side.")] = 5,
    loop: Annotated[Loop, typer.Option(help="The loop that --json compares with.")] = Loop.pairs,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Time the tutorial's rule against plain loops."""
    import torch

    torch.set_num_threads(1)
    video = made_up_video(frames, boxes)
    for plain in LOOPS.values():
        if plain(video) != ours(video):
            raise SystemExit("a loop and the program do not agree: nothing was timed")
    compared = [loop] if as_json else list(LOOPS)
    turns: dict[Loop | None, list[float]] = {kind: [] for kind in [*compared, None]}
    for _ in range(repetitions):
        for kind in compared:
            turns[kind].append(seconds(partial(LOOPS[kind], video)))
        turns[None].append(seconds(lambda: flickering(video), 10))
    us = {kind: median(times) / frames * 1e6 for kind, times in turns.items()}
    if as_json:
        figures = {
            "frames": frames,
            "boxes": boxes,
            "loop_us": round(us[loop], 3),
            "ours_us": round(us[None], 3),
            "ratio": round(us[loop] / us[None], 1),
        }
        print(json.dumps(figures))
        return
    table = Table(
        "", "µs per frame", "times ours", title=f"Tutorial rule, {frames} frames of {boxes} objects"
    )
    for kind in compared:
        ratio = us[kind] / us[None]
        table.add_row(f"torch loop over {kind.value}", f"{us[kind]:.1f}", f"{ratio:.0f}")
    table.add_row("core.assertions.tutorial.flickering", f"{us[None]:.2f}", "1", style="bold")
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
