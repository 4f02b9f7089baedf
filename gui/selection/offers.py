"""What can be asked for, and why the rest cannot. Free of widgets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from core.project import Round
from core.selection.pool import Pool
from core.selection.request import (
    Bal,
    Balance,
    Diversity,
    SelectRequest,
    Similarity,
    Strategy,
    Typicality,
    Weighting,
)
from gui.i18n import tr
from gui.selection.words import strategy_title
from gui.words import kind_word


@dataclass(frozen=True)
class Offers:
    """What a pool holds, as far as the controls need it."""

    frames: int = 0
    columns: tuple[str, ...] = ()
    """Those in which at least one frame has a value."""
    middles: Mapping[str, float] = field(default_factory=dict)
    """A middle value of each, to begin a threshold with."""
    classes: tuple[str, ...] = ()
    """Those of which there are boxes, the most frequent first."""
    of_frames: bool = False
    of_objects: bool = False
    """Whether frames, and objects, have embeddings."""
    marked: Mapping[str, int] = field(default_factory=dict)
    """How many frames are labeled already, by how."""
    kinds: tuple[str, ...] = ()
    """Assertions that were violated."""
    videos: int = 1

    @classmethod
    def of(cls, pool: Pool) -> "Offers":
        """What there is in a pool."""
        finite = {name: values[np.isfinite(values)] for name, values in pool.columns.items()}
        known = {name: values for name, values in finite.items() if len(values)}
        counts = pool.class_counts.sum(axis=0)
        order = np.argsort(-counts, kind="stable").tolist()
        return cls(
            frames=len(pool),
            columns=tuple(known),
            middles={name: float(np.median(values)) for name, values in known.items()},
            classes=tuple(pool.class_names[at] for at in order if counts[at]),
            of_frames=pool.embeddings is not None,
            of_objects=pool.objects is not None,
            marked={name: int(marked.sum()) for name, marked in pool.marks.items()},
            kinds=tuple(kind for kind, found in pool.violations.items() if found.any()),
            videos=len(pool.videos),
        )

    def why_not(self, strategy: Strategy) -> str:
        """Why a strategy cannot be chosen now; empty if it can."""
        match strategy:
            case Diversity() | Typicality() | Similarity():
                return self._no_embeddings(strategy.of == "objects")
            case Weighting():
                return "" if strategy.column in self.columns else tr("No frame has a value for it")
            case Balance():
                return "" if self.classes else tr("The detector has seen no box")
            case Bal():
                return "" if self.kinds else tr("The detector violates no assertion")

    def possible(self, request: SelectRequest) -> SelectRequest:
        """The request without strategies that cannot count; as it is where none can."""
        kept = tuple(one for one in request.strategies if not self.why_not(one))
        return replace(request, strategies=kept) if kept else request

    def missing(self, request: SelectRequest) -> str:
        """Which strategies do not count, and why, as sentences; empty for none."""
        left = set(request.strategies) - set(self.possible(request).strategies)
        found: dict[str, list[str]] = {}
        for strategy in request.strategies:
            if strategy in left:
                title = f"\u201c{strategy_title(strategy)}\u201d"
                found.setdefault(self.why_not(strategy), []).append(title)
        return " ".join(
            tr("Without {what}: {why}.", what=", ".join(titles), why=why[:1].lower() + why[1:])
            for why, titles in found.items()
        )

    def _no_embeddings(self, objects: bool) -> str:
        if self.of_objects if objects else self.of_frames:
            return ""
        if self.videos > 1:
            return tr("Not all of the videos have embeddings of one model")
        if objects and self.of_frames:
            return tr("This run's objects have no embeddings")
        return tr("This run has no embeddings: detect again, or run “flickerscope embed”")

    def even_shares(self, most: int = 3) -> tuple[tuple[str, float], ...]:
        """The most frequent classes in equal shares."""
        chosen = self.classes[:most]
        return tuple((name, round(1 / len(chosen), 2)) for name in chosen)


def rounds_said(rounds: Sequence[Round], kinds: Sequence[str]) -> str:
    """What is known of earlier rounds of labeling, in sentences."""
    looked = ", ".join(map(kind_word, kinds)) or "–"
    if not rounds:
        return tr("No round was recorded yet: the first takes from all assertions ({kinds}) alike.",
                  kinds=looked)  # fmt: skip
    last = rounds[-1]
    before = sum(count for _, count in last.violations)
    return tr(
        "{count} recorded; the last one of run {run} had {violations} violations and chose "
        "{frames} frames. Detect with the newly trained model before the next one.",
        count=len(rounds), run=last.run, violations=before, frames=len(last.frames),
    )  # fmt: skip
