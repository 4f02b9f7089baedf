"""How many missed boxes are found, and how many found ones are right, beside today's tools.

    python benchmarks/imputation.py [FOLDER]... [--halves] [--speed] [--json]

FOLDER holds sequences with true tracks (see `benchmarks/ground_truth.py`); `../shared/tracks` by
default. A true box is missed when no detection has IoU >= 0.5 with it, and recoverable when its
object was detected before and after, 1 to 20 frames missing in a row. An imputed box is right when
it has IoU >= 0.5 with a missed one. --halves learns everything anew from one half of the sequences
(one without a sibling is cut in two in time) and judges the other half, both ways: what is to be
expected on other videos. --speed times 100,000 frames of 10 objects on one core.
"""

import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated

# Before numpy is imported: the goal is for one core.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

# `python benchmarks/imputation.py` puts benchmarks/ on the path, not the folder that holds it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.fitting import fit, impute
from benchmarks.ground_truth import Imputed, Judged, Sequence, halves, judge, sequences
from benchmarks.rival_trackers import CEILING, RIVALS, true_identity
from core.assertions.assess import assess
from core.assertions.thresholds import Thresholds
from core.calibration import shipped
from core.detections import Detections

GAPS = {"1": (1, 1), "2 to 5": (2, 5), "6 to 20": (6, 20), "all": (1, 20)}
PRECISION = 0.8
BINS = np.linspace(0, 1, 11)
FEWEST = 20
"""Imputed boxes below which a precision means nothing."""

Results = list[tuple[Sequence, Imputed, Judged]]


@dataclass(frozen=True)
class Score:
    """Precision, recall and F1 of imputed boxes."""

    precision: float
    recall: float
    f1: float
    imputed: int
    recoverable: int


def score(results: Results, low: int, high: int) -> Score:
    """Over gaps of `low` to `high` frames."""
    right = imputed = found = wanted = 0
    for sequence, boxes, judged in results:
        mine = (boxes.gap >= low) & (boxes.gap <= high) & judged.counted
        recoverable = (sequence.gap >= low) & (sequence.gap <= high) & sequence.missed
        right += int((judged.right & mine).sum())
        imputed += int(mine.sum())
        found += int((judged.recovered & recoverable).sum())
        wanted += int(recoverable.sum())
    precision, recall = right / max(imputed, 1), found / max(wanted, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return Score(round(precision, 3), round(recall, 3), round(f1, 3), imputed, wanted)


def judged(pairs: Iterable[tuple[Sequence, Imputed]], cut: float = 0.0) -> Results:
    """Judge the boxes from a plausibility on."""
    kept = [(sequence, boxes.at(boxes.plausibility >= cut)) for sequence, boxes in pairs]
    return [(sequence, boxes, judge(sequence, boxes)) for sequence, boxes in kept]


def recall_at_precision(pairs: list[tuple[Sequence, Imputed]]) -> tuple[float, float] | None:
    """The largest recall at a cut where precision is at least 0.8, and that cut."""
    best = None
    for cut in np.arange(0.05, 1.0, 0.05):
        at = score(judged(pairs, cut), *GAPS["all"])
        if (
            at.imputed >= FEWEST
            and at.precision >= PRECISION
            and (best is None or at.recall > best[0])
        ):
            best = at.recall, round(float(cut), 2)
    return best


def calibration(pairs: list[tuple[Sequence, Imputed]]) -> list[dict[str, float]]:
    """For each tenth of plausibility: boxes, mean plausibility, share that is right."""
    results = judged(pairs)
    plausibility = np.concatenate([boxes.plausibility[j.counted] for _, boxes, j in results])
    right = np.concatenate([j.right[j.counted] for _, _, j in results])
    rows = []
    for low, high in pairwise(BINS):
        inside = (plausibility >= low) & (plausibility < high)
        if inside.any():
            mean, share = float(plausibility[inside].mean()), float(right[inside].mean())
            rows.append(
                {"from": round(float(low), 1), "boxes": int(inside.sum()),
                 "said": round(mean, 3), "right": round(share, 3)}
            )  # fmt: skip
    return rows


def by_kind(all_: list[Sequence]) -> dict[str, list[Sequence]]:
    """Sequences by the part of their name before the first hyphen."""
    kinds: dict[str, list[Sequence]] = defaultdict(list)
    for sequence in all_:
        kinds[sequence.name.split("-")[0]].append(sequence)
    return dict(kinds)


def compare(
    members: list[Sequence], ours: list[tuple[Sequence, Imputed]]
) -> dict[str, dict[str, Score]]:
    """Everybody's scores by length of gap."""
    engines: dict[str, Callable[[Sequence], Imputed]] = {**RIVALS, CEILING: true_identity}
    found = {
        name: judged([(sequence, engine(sequence)) for sequence in members])
        for name, engine in engines.items()
    }
    found["Flickerscope as shipped"] = judged(ours, shipped().cut)
    return {
        name: {label: score(results, *gap) for label, gap in GAPS.items()}
        for name, results in found.items()
    }


def validated(all_: list[Sequence]) -> dict[str, list[tuple[Sequence, Imputed, float]]]:
    """By kind: every sequence, imputed with what was learnt from the other half, and that cut."""
    first, second = halves(all_)
    found = []
    for learn_from, other in ((first, second), (second, first)):
        known = fit(learn_from)
        found += [(sequence, impute(sequence, known), known.cut) for sequence in other]
    kinds: dict[str, list[tuple[Sequence, Imputed, float]]] = defaultdict(list)
    for sequence, boxes, cut in found:
        kinds[sequence.name.split("-")[0]].append((sequence, boxes, cut))
    return dict(kinds)


def made_up(frames: int, objects: int) -> Detections:
    """Objects that live for 200 frames each and move straight, one box in twenty missed."""
    chance, life = np.random.default_rng(0), 200
    frame, boxes = [], []
    for lane in range(objects):
        start = np.arange(lane * life // objects, frames, life + 3)
        time_ = np.arange(life)
        centre = chance.uniform([200, 200], [1700, 900], (len(start), 2))[:, None]
        speed = chance.normal(0, 2, (len(start), 2))[:, None]
        centre = centre + speed * (time_[None, :, None] - life / 2)
        centre += chance.normal(0, 2, centre.shape)
        height = chance.uniform(60, 200, len(start))[:, None] * np.exp(
            chance.normal(0, 0.03, (len(start), life))
        )
        half = np.stack([0.2 * height, 0.5 * height], axis=-1)
        at = start[:, None] + time_
        seen = (chance.random(at.shape) > 0.05) & (at < frames)
        frame.append(at[seen])
        boxes.append(np.concatenate([centre - half, centre + half], axis=-1)[seen])
    every, xyxy = np.concatenate(frame), np.concatenate(boxes)
    order = np.argsort(every, kind="stable")
    counts = np.bincount(every, minlength=frames)
    return Detections(
        xyxy[order].astype(np.float32),
        chance.uniform(0.5, 1, len(every)).astype(np.float32),
        np.zeros(len(every), np.int16),
        np.concatenate([[0], np.cumsum(counts)]),
    )


def speed(frames: int = 100_000, objects: int = 10) -> dict[str, float]:
    """CPU seconds to link and judge, and to change a threshold."""
    detections = made_up(frames, objects)
    seconds: NDArray[np.float64] = np.arange(frames) / 25
    began = time.process_time()
    found = assess(detections, ("object",), (1920, 1080), seconds)
    linked = time.process_time() - began
    turns = []
    for gap in range(1, 21):
        began = time.process_time()
        shown = found.within(Thresholds(max_gap=gap))
        _ = shown.scores, shown.imputed, shown.flagged
        turns.append(time.process_time() - began)
    return {
        "boxes": len(detections),
        "imputed": len(found.missing.frame),
        "link and judge, CPU s": round(linked, 2),
        "change of a threshold, ms, largest of 20": round(1000 * max(turns), 1),
    }


def main(
    folders: Annotated[list[Path] | None, typer.Argument(help="Folders of sequences.")] = None,
    with_halves: Annotated[bool, typer.Option("--halves", help="Learn from the other half.")] = (
        False
    ),
    with_speed: Annotated[bool, typer.Option("--speed", help="Time a long video.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Judge imputed boxes against true tracks."""
    shared = Path(os.environ.get("FLICKERSCOPE_TEST_DATA", "../shared")) / "tracks"
    all_ = [sequence for folder in folders or [shared] for sequence in sequences(folder)]
    console = Console(stderr=as_json, width=160)
    figures: dict[str, object] = {}
    for kind, members in by_kind(all_).items():
        pairs = [(sequence, impute(sequence)) for sequence in members]
        scores = compare(members, pairs)
        _print(console, f"{kind}: {', '.join(s.name for s in members)}", scores)
        figures[kind] = {**_as_figures(scores), **_reliability(console, pairs)}
    if with_halves:
        for kind, found in validated(all_).items():
            at_cut = [one for s, boxes, cut in found for one in judged([(s, boxes)], cut)]
            by_gap = {label: score(at_cut, *gap) for label, gap in GAPS.items()}
            scores = {"Flickerscope, learnt from the other half": by_gap}
            _print(console, f"{kind}, each half by what the other half taught", scores)
            reliability = _reliability(console, [(s, boxes) for s, boxes, _ in found])
            figures[f"{kind}, other half"] = {**_as_figures(scores), **reliability}
    if with_speed:
        figures["speed"] = speed()
        console.print(figures["speed"])
    if as_json:
        print(json.dumps(figures))


def _as_figures(scores: dict[str, dict[str, Score]]) -> dict[str, object]:
    return {name: {gap: asdict(one) for gap, one in of.items()} for name, of in scores.items()}


def _reliability(console: Console, pairs: list[tuple[Sequence, Imputed]]) -> dict[str, object]:
    best, table = recall_at_precision(pairs), calibration(pairs)
    said = f"{best[0]:.2f}, at plausibility {best[1]:g}" if best else "no cut reaches that"
    console.print(f"Recall at precision {PRECISION:g}: {said}")
    _print_calibration(console, table)
    return {"recall at precision 0.8": best, "calibration": table}


def _print(console: Console, title: str, scores: dict[str, dict[str, Score]]) -> None:
    table = Table(title=title, title_justify="left")
    table.add_column("missing frames")
    for label in GAPS:
        table.add_column(f"{label}: P  R  F1  (n)", justify="right")
    for name, by_gap in scores.items():
        cells = (
            f"{s.precision:.2f} {s.recall:.2f} {s.f1:.2f} ({s.imputed}/{s.recoverable})"
            for s in by_gap.values()
        )
        table.add_row(name, *cells, style="bold" if name.startswith("Flicker") else "")
    console.print(table)


def _print_calibration(console: Console, rows: list[dict[str, float]]) -> None:
    table = Table(title="Calibration", title_justify="left")
    for name in ("from", "boxes", "said", "right"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(*(f"{value:g}" for value in row.values()))
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
