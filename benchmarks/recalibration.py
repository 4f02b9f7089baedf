"""Whether plausibilities become better by what comes back, with true tracks in place of annotators.

    python benchmarks/recalibration.py [FOLDER]... [--detections NAME] [--json]

FOLDER holds sequences with true tracks (see `benchmarks/ground_truth.py`); `../shared/tracks` by
default. Judged are boxes in gaps of up to 20 frames from plausibility 0.5 on, as in
`benchmarks/imputation.py`. The Brier score after recalibration is that of frames that it was not
learnt from. --detections names the folder with a sequence's detections, such as `det`.
"""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

# `python benchmarks/recalibration.py` puts benchmarks/ on the path, not the folder that holds it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.ground_truth import Imputed, Sequence, judge, sequences
from core.imputation import Reason, find_gaps
from core.roundtrip.evidence import Evidence, brier, cross_validated
from core.tracks.linking import link

LONGEST, CUT = 20, 0.5
COLUMNS = ("sequence", "boxes", "gaps", "stated", "right", "Brier", "recalibrated")


def evidence_in(sequence: Sequence) -> Evidence:
    """The boxes of a sequence, and which of them are right."""
    detections = sequence.detections
    gaps = find_gaps(detections, link(detections), sequence.size, longest=LONGEST)
    shown = (gaps.reason == Reason.NONE) & (gaps.plausibility >= CUT)
    length = (gaps.stop - gaps.start)[gaps.gap]
    stated = gaps.plausibility.astype(np.float64)
    boxes = Imputed(gaps.frame, gaps.xyxy, length, stated).at(shown)
    judged = judge(sequence, boxes)
    kept = judged.counted
    count = int(kept.sum())
    return Evidence(
        boxes.frame[kept],
        np.full(count, "flickering"),
        boxes.plausibility[kept],
        judged.right[kept],
        np.ones(count),
        gaps.gap[shown][kept],
    )


def row_of(sequence: Sequence) -> list[object]:
    """The figures of one sequence, as `COLUMNS` names them."""
    known = evidence_in(sequence)
    after = cross_validated(known)
    scores = [known.plausibility, after if after is not None else known.plausibility]
    return [
        f"{sequence.name}, {sequence.file.parent.name}",
        len(known.frame),
        len(np.unique(known.gap)),
        round(float(known.plausibility.mean()), 2),
        round(float(known.right.mean()), 2),
        *(round(brier(known, each) or 0, 3) for each in scores),
    ]


def main(
    folders: Annotated[list[Path] | None, typer.Argument(help="Folders of sequences.")] = None,
    detections: Annotated[str | None, typer.Option(help="Folder with the detections.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Judge plausibilities before and after."""
    shared = Path(os.environ.get("FLICKERSCOPE_TEST_DATA", "../shared")) / "tracks"
    found = [s for folder in folders or [shared] for s in sequences(folder, detections)]
    rows = [row_of(sequence) for sequence in found]
    if as_json:
        print(json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in rows]))
        return
    table = Table(*COLUMNS)
    for row in rows:
        table.add_row(*map(str, row))
    Console(width=120).print(table)


if __name__ == "__main__":
    typer.run(main)
