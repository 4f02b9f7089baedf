"""What became of a batch: as an object, and as `summary.json` has it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.batch.steps import Outcome
from core.batch.videos import Unreadable


@dataclass(frozen=True)
class BatchResult:
    """What became of a batch."""

    outcomes: tuple[Outcome, ...]
    """Of every video, also of those that were done before, in the order of the list."""
    seconds: float
    """Since the call."""
    done_now: int
    """Videos that this call has brought to an end, well or not."""
    copies: Mapping[str, tuple[str, ...]]
    """Further sources with the same content as an outcome's video, by its key."""
    unreadable: tuple[Unreadable, ...] = ()
    """What looks like a video and could not even be opened as a file."""

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Those that went wrong."""
        return tuple(outcome for outcome in self.outcomes if outcome.state == "failed")

    @property
    def counts(self) -> Mapping[str, int]:
        """Sums over the videos that went well; see `Outcome.counts`."""
        sums: Counter[str] = Counter()
        for outcome in self.outcomes:
            sums.update(outcome.counts or {})
        return sums

    def to_json(self) -> dict[str, Any]:
        """The summary: totals first, then each video."""
        return {
            "videos": len(self.outcomes),
            "done": len(self.outcomes) - len(self.failed),
            "failed": len(self.failed),
            "unreadable": [
                {"source": each.source, "reason": each.reason} for each in self.unreadable
            ],
            "done_now": self.done_now,
            "seconds": self.seconds,
            "work_seconds": round(sum(outcome.seconds for outcome in self.outcomes), 3),
            **self.counts,
            "outcomes": [self._outcome(outcome) for outcome in self.outcomes],
        }

    def _outcome(self, outcome: Outcome) -> dict[str, Any]:
        found = outcome.to_json()
        copies = self.copies.get(outcome.item.key, ())
        return found | ({"copies": list(copies)} if copies else {})
