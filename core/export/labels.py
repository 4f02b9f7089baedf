"""The prelabels of an export: which boxes, under which class names, cut to the picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from core.assertions.imputed import MODEL
from core.boxes import clip
from core.detections import Detections
from core.errors import ExportError
from core.prelabels import (
    Decision,
    Objects,
    Prelabel,
    Source,
    Verdict,
    model_boxes,
    prelabels_of_frame,
)

if TYPE_CHECKING:
    from core.export.plan import ExportSource

Renamed = Mapping[str, str]
"""What each class is called in the export; empty for those that are left out."""


class NamesClasses(Protocol):
    """A video as far as it says which classes there are."""

    @property
    def path(self) -> Path: ...
    @property
    def class_names(self) -> tuple[str, ...]: ...
    @property
    def decisions(self) -> tuple[Decision, ...]: ...


def renamed(sources: Sequence[NamesClasses], classes: Sequence[tuple[str, str]]) -> Renamed:
    """What all classes of these videos are called, in the order of the runs.

    Classes that only a person's boxes have, such as those of an earlier run, come last.

    Args:
        sources: The videos.
        classes: Old and new names; classes that are not among them keep theirs.

    Raises:
        ExportError: There is no such class, or a name serves for none, or none is left.
    """
    known: dict[str, str] = {}
    for source in sources:
        persons = (d.class_name for d in source.decisions if d.gives_box)
        known |= {name: name for name in (*source.class_names, *persons)}
    seen: set[str] = set()
    for old, new in classes:
        if old not in known:
            raise ExportError(
                f"There is no class “{old}”", mend=f"the classes are {', '.join(sorted(known))}"
            )
        if old in seen:
            raise ExportError(f"The class “{old}” gets two names", mend="give it one")
        if not new.isprintable() or new != new.strip():
            raise ExportError(f"The class name {new!r} is no plain text", mend="give another one")
        seen.add(old)
        known[old] = new
    if not any(known.values()):
        raise ExportError("Every class is left out", mend="keep at least one")
    return known


def class_names(names: Renamed) -> tuple[str, ...]:
    """The classes of the export by id: each once, those that are left out not at all."""
    return tuple(dict.fromkeys(name for name in names.values() if name))


@dataclass(frozen=True, eq=False)
class Labeler:
    """Gives the prelabels of the frames of one video."""

    source: ExportSource
    min_score: float
    names: Renamed

    def __call__(self, frames: Sequence[int]) -> Iterator[tuple[Prelabel, ...]]:
        """The prelabels of each frame: the model's, then a person's."""
        source, decisions = self.source, self._decisions()
        detections, wanted = source.detections, self._wanted()
        asked = np.zeros(detections.frame_count, np.bool_)
        asked[[frame for frame in frames if frame < len(asked)]] = True
        rows = np.flatnonzero(wanted & self._sound() & asked[detections.frame])
        first = np.searchsorted(rows, detections.offsets).tolist()
        model = tuple(self._model(rows))
        # Where a person decided about the model's boxes, these are looked up one by one.
        touched = {d.box.frame for d in source.decisions if d.box.assertion == MODEL}
        good = _only(detections, source.objects, wanted)
        none = _only(detections, source.objects, np.zeros_like(wanted))
        for frame in frames:
            boxes: tuple[Prelabel, ...] = ()
            if frame not in touched and frame < detections.frame_count:
                boxes = model[first[frame] : first[frame + 1]]
            if frame in decisions:
                own, objects = good if frame in touched else none
                found = prelabels_of_frame(
                    frame, own, source.class_names, decisions[frame], objects
                )
                boxes += tuple(self._fitted(found))
            yield boxes

    def _decisions(self) -> dict[int, list[Decision]]:
        found: defaultdict[int, list[Decision]] = defaultdict(list)
        for decision in self.source.decisions:
            found[decision.box.frame].append(decision)
        return found

    def _wanted(self) -> NDArray[np.bool_]:
        """(n,) the model's boxes that are good enough, or that a person decided about."""
        source = self.source
        wanted = source.detections.score >= np.float32(self.min_score)
        for decision in source.decisions:
            box = decision.box
            if box.assertion == MODEL:
                boxes = model_boxes(box.frame, source.detections, source.class_names)
                for row, own in enumerate(boxes, source.detections.rows(box.frame).start):
                    wanted[row] |= own.key == box.key
        return wanted

    def _sound(self) -> NDArray[np.bool_]:
        """(n,) the model's boxes that show in the picture, of classes that are handed over."""
        detections = self.source.detections
        x0, y0, x1, y1 = self._inside(detections.xyxy).T
        kept = np.array([bool(self.names[name]) for name in self.source.class_names], np.bool_)
        return np.asarray((x1 > x0) & (y1 > y0) & kept[detections.class_id])

    def _model(self, rows: NDArray[np.int64]) -> Iterator[Prelabel]:
        source, detections = self.source, self.source.detections
        names = [self.names[name] for name in source.class_names]
        for frame, xyxy, class_id, score, track in zip(
            detections.frame[rows].tolist(),
            self._inside(detections.xyxy[rows]).tolist(),
            detections.class_id[rows].tolist(),
            detections.score[rows].tolist(),
            source.objects.of[rows].tolist(),
            strict=True,
        ):
            yield Prelabel(frame, tuple(xyxy), names[class_id], score, Source.MODEL, track)

    def _fitted(self, boxes: list[Prelabel]) -> Iterator[Prelabel]:
        corners = np.array([box.xyxy for box in boxes], np.float64).reshape(-1, 4)
        for box, (x0, y0, x1, y1) in zip(boxes, self._inside(corners).tolist(), strict=True):
            name = self.names[box.class_name]
            if name and x1 > x0 and y1 > y0:
                yield replace(box, xyxy=(x0, y0, x1, y1), class_name=name)

    def _inside(self, boxes: NDArray[np.float32] | NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(
            clip(boxes.astype(np.float64), self.source.width, self.source.height), np.float64
        )


def with_open_accepted(source: ExportSource) -> ExportSource:
    """As if the person had accepted every box that is shown and still to do.

    For pictures and clips that show what was found; labels are handed over without these.
    """
    decided = {decision.box.key for decision in source.decisions}
    open_ = (
        Decision(box, Verdict.ACCEPTED)
        for box in source.shown.imputed
        if not box.doubted and box.key not in decided
    )
    return replace(source, decisions=(*source.decisions, *open_))


def _only(
    detections: Detections, objects: Objects, rows: NDArray[np.bool_]
) -> tuple[Detections, Objects]:
    """Some rows of the detections, and which object each of these shows."""
    before = np.append(0, np.cumsum(rows))
    kept = Detections(
        detections.xyxy[rows],
        detections.score[rows],
        detections.class_id[rows],
        before[detections.offsets],
    )
    return kept, replace(objects, of=objects.of[rows])
