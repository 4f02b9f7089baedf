"""Values of a project that are replaced as a whole, and how its database keeps them."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from core.assertions.thresholds import Thresholds
from core.export.request import ExportRequest
from core.frames import FrameRange
from core.project.changes import (
    SetExporting,
    SetHandover,
    SetRange,
    SetRecalibration,
    SetSelecting,
    SetSelection,
    SetThresholds,
    SetValue,
)
from core.project.handover import (
    CloudPlace,
    Handover,
    Round,
    ScheduledRun,
    Selecting,
    Selection,
)
from core.roundtrip.recalibration import Recalibration
from core.selection.request import SelectRequest


@dataclass(frozen=True)
class Value:
    """One of them."""

    name: str
    """In the project, in its change and in the database."""
    dump: Callable[[Any], Any]
    """As JSON has it."""
    load: Callable[[Any], Any]
    """From there."""
    default: Callable[[], Any]
    """Where nothing was ever said."""

    def text(self, value: object) -> str:
        """What the database keeps; empty for None."""
        return "" if value is None else json.dumps(self.dump(value))

    def read(self, text: str | None) -> Any:
        """The value that `text` gave."""
        return self.load(json.loads(text)) if text else self.default()


def _nothing() -> None:
    return None


def _handover(found: dict[str, Any]) -> Handover:
    run = ScheduledRun(**found["run"]) if found["run"] else None
    return Handover(CloudPlace(**found["place"]), found["uploaded"], run)


def _selection(found: dict[str, Any]) -> Selection:
    return Selection(found["name"], found["source"], tuple(found["frames"]))


def _selecting(found: dict[str, Any]) -> Selecting:
    rounds = tuple(
        Round(
            each["run"], tuple((kind, n) for kind, n in each["violations"]), tuple(each["frames"])
        )
        for each in found["rounds"]
    )
    return Selecting(SelectRequest.from_json(found["request"]), rounds, tuple(found["exported"]))


def _dump_selecting(selecting: Selecting) -> dict[str, Any]:
    return {**asdict(selecting), "request": selecting.request.to_json()}


VALUES: dict[type[SetValue], Value] = {
    SetThresholds: Value("thresholds", Thresholds.to_json, Thresholds.from_json, Thresholds),
    SetRange: Value("range", lambda r: [r.start, r.stop], lambda f: FrameRange(*f), _nothing),
    SetHandover: Value("handover", asdict, _handover, Handover),
    SetSelection: Value("selection", asdict, _selection, _nothing),
    SetSelecting: Value("selecting", _dump_selecting, _selecting, Selecting),
    SetExporting: Value("exporting", ExportRequest.to_json, ExportRequest.from_json, ExportRequest),
    SetRecalibration: Value(
        "recalibration", Recalibration.to_json, Recalibration.from_json, _nothing
    ),
}
