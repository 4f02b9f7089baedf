"""Videos for tests of Lightly's layout, built by hand."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.assertions.imputed import DRAWN, MODEL, ImputedBox
from core.detections import from_frames
from core.lightly.writer import LightlyVideo, layout_files
from core.prelabels import Correction, Decision, Verdict
from tests.conftest import CLIP_HEIGHT, CLIP_WIDTH
from tests.core.making import NAMES, Row, frame_of

COUNT = 12
CAR: Row = (40.123, 30.456, 80.789, 60.012, 0.8125, 1)
PERSON: Row = (100.5, 20.25, 112.75, 61.5, 0.5, 0)
SEEN: Mapping[int, list[Row]] = {2: [CAR, PERSON], 3: [CAR], 7: [PERSON]}
CAR_JSON = {"category_id": 1, "bbox": [40.12, 30.46, 40.67, 29.55], "score": 0.8125}
PERSON_JSON = {"category_id": 0, "bbox": [100.5, 20.25, 12.25, 41.25], "score": 0.5}

CAR_KEY = ImputedBox(3, (40.1, 30.5, 80.8, 60.0), "car", 0.8125, MODEL)
ACCEPTED = Decision(ImputedBox(4, (10.0, 20.0, 30.0, 40.0), "car", 0.875, "x"), Verdict.ACCEPTED)
REJECTED = Decision(CAR_KEY, Verdict.REJECTED)
DRAWN_TREE = Decision(
    ImputedBox(4, (50.0, 20.0, 60.0, 40.0), "tree", 1.0, DRAWN),
    Verdict.EDITED,
    Correction((50.0, 20.5, 60.0, 40.0), "tree"),
)


def video(
    path: Path = Path("clip.mp4"),
    decisions: Sequence[Decision] = (),
    *,
    seen: Mapping[int, Sequence[Row]] = SEEN,
    names: tuple[str, ...] = NAMES,
    frame_count: int = COUNT,
    covered: int | None = None,
) -> LightlyVideo:
    """A video of the size of `make_video`, of which the detector covered the first frames."""
    frames = [frame_of(seen.get(i, [])) for i in range(frame_count if covered is None else covered)]
    flickering = np.where(np.arange(frame_count) == 4, 1.0, 0.5).astype(np.float32)
    return LightlyVideo(
        path, frame_count, CLIP_WIDTH, CLIP_HEIGHT, from_frames(frames), names,
        tuple(decisions), flickering,
    )  # fmt: skip


def documents(*videos: LightlyVideo) -> dict[str, Any]:
    """What each file of the layout holds."""
    return {file.path: json.loads(file.data) for file in layout_files(videos)}
