"""The changes that a person makes to a project; see `Project.apply`."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.assertions.imputed import ImputedBox
from core.assertions.thresholds import Thresholds
from core.export.request import ExportRequest
from core.frames import FrameRange
from core.prelabels import Decision, Verdict
from core.project.handover import Handover, Selecting, Selection
from core.roundtrip.recalibration import Recalibration


@dataclass(frozen=True)
class SetDecisions:
    """A change: decide about some boxes, and leave others open again; it can be undone."""

    made: tuple[Decision, ...] = ()
    unmade: tuple[ImputedBox, ...] = ()
    text: str = "Decide"
    """What the person did, such as `Accept car in frame 34`."""

    @classmethod
    def of(
        cls, verdict: Verdict, boxes: Iterable[ImputedBox], text: str = "Decide"
    ) -> "SetDecisions":
        """One verdict for several boxes."""
        return cls(tuple(Decision(box, verdict) for box in boxes), (), text)

    @property
    def boxes(self) -> tuple[ImputedBox, ...]:
        """What it is about."""
        return (*(decision.box for decision in self.made), *self.unmade)


@dataclass(frozen=True)
class ChooseRun:
    """A change: which run is shown and handed over."""

    run_id: str


@dataclass(frozen=True)
class SetThresholds:
    """A change: what the person wants to see of what was found."""

    thresholds: Thresholds


@dataclass(frozen=True)
class SetRange:
    """A change: the frames that the person looks at, None for all."""

    range: FrameRange | None


@dataclass(frozen=True)
class SetHandover:
    """A change: where the project is handed over to, and how far that is."""

    handover: Handover


@dataclass(frozen=True)
class SetSelection:
    """A change: the frames that are chosen for labeling, None for no choice."""

    selection: Selection | None


@dataclass(frozen=True)
class SetSelecting:
    """A change: how frames are chosen for labeling here, and what was chosen before."""

    selecting: Selecting


@dataclass(frozen=True)
class SetExporting:
    """A change: what was asked to be handed over last, and in which form."""

    exporting: ExportRequest


@dataclass(frozen=True)
class SetRecalibration:
    """A change: how plausibilities are corrected, None for not at all."""

    recalibration: Recalibration | None


SetValue = (
    SetThresholds
    | SetRange
    | SetHandover
    | SetSelection
    | SetSelecting
    | SetExporting
    | SetRecalibration
)
"""Changes that replace one value of a project as a whole; the value has the same name in both."""
Change = SetDecisions | ChooseRun | SetValue
