"""What a person wants to see of what the assertions found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.calibration import shipped

UNASKED = frozenset({"appear", "multibox", "class switch", "tutorial"})
"""Kinds that are only shown when a person asks for them: they find doubtful boxes, of which there
are many at low confidence, and ask for none. Kinds that people install are shown."""


@dataclass(frozen=True)
class Thresholds:
    """What a person wants to see; none of it changes a run or what was found in it."""

    max_gap: int = 20
    """Longest gap, frames."""
    max_gap_seconds: float | None = None
    """Longest gap, seconds; None for any."""
    max_life: float = 0.5
    """Seconds that an object is seen, at most, to count as appearing for a moment."""
    overlap: float = 0.5
    """Least IoU among three boxes, from 0.2."""
    plausibility: float = field(default_factory=lambda: shipped().cut)
    """Least plausibility of violations and boxes."""
    hidden: bool = False
    """Whether to impute boxes of objects that are behind others."""
    kinds: frozenset[str] | None = None
    """Kinds of violations; None for all that are not `UNASKED`."""
    classes: frozenset[str] | None = None
    """Names of classes; None for all."""

    def wants(self, kind: str) -> bool:
        """Whether violations of this kind are to be seen."""
        return kind not in UNASKED if self.kinds is None else kind in self.kinds

    def to_json(self) -> dict[str, Any]:
        """As JSON has it; `from_json` reads it."""
        known = dict(vars(self))
        for name in ("kinds", "classes"):
            known[name] = None if known[name] is None else sorted(known[name])
        return known

    @classmethod
    def from_json(cls, known: Mapping[str, Any]) -> "Thresholds":
        """What `to_json` gave, this program's or another version's: unknown names are left out."""
        names = cls.__dataclass_fields__
        values = {name: value for name, value in known.items() if name in names}
        for name in ("kinds", "classes"):
            if values.get(name) is not None:
                values[name] = frozenset(values[name])
        return cls(**values)
