"""Times beside those of their alternatives, as a table and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Literal

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

Basis = Literal["mean", "p50"]
_COLUMNS = "n", "mean", "p50", "p95", "max", "wrong"


@dataclass(frozen=True, eq=False)
class Times:
    """What was measured of one kind."""

    ms: Sequence[float]
    wrong: int | None = None
    """Pictures that were not those of the frame asked for; None where none was compared."""

    @property
    def mean(self) -> float:
        """Mean, in milliseconds."""
        return fmean(self.ms)

    @property
    def p50(self) -> float:
        """Median, in milliseconds."""
        return float(np.percentile(self.ms, 50))

    @property
    def p95(self) -> float:
        """95th percentile, in milliseconds."""
        return float(np.percentile(self.ms, 95))

    def row(self) -> dict[str, object]:
        """All figures."""
        figures = (round(figure, 2) for figure in (self.mean, self.p50, self.p95, max(self.ms)))
        return dict(zip(_COLUMNS, [len(self.ms), *figures, self.wrong], strict=True))


@dataclass(frozen=True, eq=False)
class Section:
    """Figures that belong together."""

    title: str
    basis: Basis
    """Which figures the ratios compare."""
    ours: dict[str, Times]
    others: dict[str, Times]
    """The alternatives, by name."""
    notes: dict[str, object] = field(default_factory=dict)
    """What else is to be known."""

    @property
    def wrong(self) -> int:
        """Wrong pictures of ours."""
        return sum(times.wrong or 0 for times in self.ours.values())

    def ratio(self, own: str, other: str) -> float:
        """How many times as long an alternative takes."""
        took: float = getattr(self.others[other], self.basis)
        return took / float(getattr(self.ours[own], self.basis))

    def to_json(self) -> dict[str, object]:
        """All of it."""
        rows = {
            name: times.row()
            | {f"{other} takes": round(self.ratio(name, other), 2) for other in self.others}
            for name, times in self.ours.items()
        }
        rows |= {name: times.row() for name, times in self.others.items()}
        return {"title": self.title, "unit": "ms", "ratios_of": self.basis, **rows, **self.notes}

    def print(self, console: Console) -> None:
        """The table, and the notes below it."""
        heads = [f"{other}\ntakes" for other in self.others]
        title = f"{self.title}, ms (ratios of {self.basis})"
        table = Table("", *_COLUMNS, *heads, title=title, box=SIMPLE_HEAD, padding=0)
        for column in table.columns[1:]:
            column.justify = "right"
        table.columns[0].no_wrap = True
        for name, times in self.ours.items():
            ratios = [f"{self.ratio(name, other):.2f}×" for other in self.others]
            table.add_row(name, *_cells(times), *ratios)
        for name, times in self.others.items():
            table.add_row(name, *_cells(times), style="dim")
        console.print(table)
        for note, value in self.notes.items():
            console.print(f"{note}: {value}")


@dataclass(frozen=True)
class Goal:
    """What a figure should be."""

    name: str
    figure: float
    limit: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether it is."""
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit

    def __str__(self) -> str:
        bound = "at least" if self.at_least else "at most"
        return f"{self.name} {bound} {self.limit:g}"


def _cells(times: Times) -> list[str]:
    return ["" if value is None else str(value) for value in times.row().values()]
