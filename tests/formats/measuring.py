"""How much of what was written came back."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import linear_sum_assignment

from core.export.base import Labeled
from core.prelabels import Prelabel
from tests.formats.readers import ReadBox

Kept = Literal["kept", "renumbered", "lost"]
_SCORE_OFF = 1e-3


@dataclass(frozen=True)
class Measured:
    """What a reader found."""

    off: float
    """Largest distance of an edge from where it was written, px."""
    score: Kept
    source: Kept
    track: Kept
    kind: Kept


@dataclass(frozen=True)
class _Pair:
    sequence: tuple[int, str]
    """Video and split: the parts of a split know nothing of each other."""
    written: Prelabel
    read: ReadBox


def measured(labeled: Labeled, read: list[ReadBox], precision: float) -> Measured:
    """Compare what was read with what was written.

    Raises:
        AssertionError: A box is missing, too many, of another class, or off by more than
            `precision` px; or a score, source, track or kind is another one.
    """
    by_frame: dict[int, list[ReadBox]] = defaultdict(list)
    for box in read:
        by_frame[box.frame].append(box)
    assert set(by_frame) <= set(range(len(labeled.frames)))
    pairs = [
        _Pair((frame.video, frame.split), written, found)
        for place, frame in enumerate(labeled.frames)
        for written, found in _matched(frame.path, frame.prelabels, by_frame[place], precision)
    ]
    return Measured(
        max(_distance(pair.written, pair.read) for pair in pairs),
        _score(pairs),
        _text([(p.written.source.value, p.read.source) for p in pairs]),
        _track(pairs),
        _text([(p.written.kind, p.read.kind) for p in pairs]),
    )


def _matched(
    path: str, written: tuple[Prelabel, ...], read: list[ReadBox], precision: float
) -> list[tuple[Prelabel, ReadBox]]:
    assert sorted(box.class_name for box in read) == sorted(box.class_name for box in written), path
    other_class = 1e6
    costs = [
        [_distance(a, b) + other_class * (a.class_name != b.class_name) for b in read]
        for a in written
    ]
    rows, columns = linear_sum_assignment(np.array(costs).reshape(len(written), len(read)))
    pairs = [(written[row], read[column]) for row, column in zip(rows, columns, strict=True)]
    for a, b in pairs:
        assert a.class_name == b.class_name, path
        assert _distance(a, b) <= precision, f"{path}: {a.xyxy} came back as {b.xyxy}"
    return pairs


def _distance(written: Prelabel, read: ReadBox) -> float:
    return max(abs(a - b) for a, b in zip(written.xyxy, read.xyxy, strict=True))


def _score(pairs: list[_Pair]) -> Kept:
    if all(pair.read.score is None for pair in pairs):
        return "lost"
    for pair in pairs:
        assert pair.read.score is not None, pair
        assert abs(pair.read.score - pair.written.score) <= _SCORE_OFF, pair
    return "kept"


def _text(pairs: list[tuple[str, str | None]]) -> Kept:
    if all(read is None for _, read in pairs):
        return "lost"
    assert [read for _, read in pairs] == [written for written, _ in pairs]
    return "kept"


def _track(pairs: list[_Pair]) -> Kept:
    """Objects may have other numbers than they had, and one that changes its class may become an
    object for each class; but no two become one."""
    if all(pair.read.track is None for pair in pairs):
        return "lost"
    read_as: dict[tuple[tuple[int, str], int, str], int] = {}
    written_as: dict[tuple[tuple[int, str], int], tuple[int, int]] = {}
    same = True
    for place, pair in enumerate(pairs):
        tracked, read = pair.written.track >= 0, pair.read.track
        same &= read == (pair.written.track if tracked else None)
        if read is None:
            assert not tracked, f"{pair} lost its track"
            continue
        object_ = (0, pair.written.track) if tracked else (1, place)
        assert written_as.setdefault((pair.sequence, read), object_) == object_, pair
        if tracked:
            known = read_as.setdefault(
                (pair.sequence, pair.written.track, pair.written.class_name), read
            )
            assert known == read, f"{pair} became two objects"
    return "kept" if same else "renumbered"
