"""docs/formats.md: what each format keeps, as third parties read it back."""

from collections.abc import Iterable, Sequence, Set

from core.export.registry import formats
from tests.formats.measuring import Kept, Measured
from tests.formats.readers import Reader

_STEPS = (0.001, 0.01, 0.1, 0.5, 1.0, 2.0)
"""px to which deviations are rounded up: their last digits depend on the computer."""
_HEAD = """# Export formats

`flickerscope formats` lists them; [export.md](export.md) tells how to use them. This page is made
by `python scripts/update_formats.py` from what libraries of third parties read back of a small
export: two videos of one file name, pictures with hostile names, classes with a comma, quotes and
letters of two scripts, boxes of every source, tracks with a gap, an empty frame.

- **Within** is the largest distance of an edge from where it was written, rounded up.
- **Score** is the model's confidence, or an imputed box's plausibility; **source** is `model`,
  `imputed`, `edited` or `drawn`; **kind** is the assertion that asked for a box.
- **Track**: *renumbered* objects have other numbers than in Flickerscope, but each is one object.
  One that changes its class may become an object for each class.
- What a format keeps is what at least one of the libraries gives back, as data of its own or in
  fields that the format leaves open.

| Format | `--format` | Goes with | Read back by | Within | Score | Source | Track | Kind |
|---|---|---|---|---|---|---|---|---|
"""


def page(found: Iterable[tuple[Reader, Measured]], missed: Set[str], before: str) -> str:
    """The page, from what readers found.

    Args:
        found: What each reader found, in any order.
        missed: Formats with readers that could not be asked here; their rows stay as they were.
        before: The page as it was.
    """
    by_format: dict[str, list[tuple[Reader, Measured]]] = {name: [] for name in formats()}
    for reader, measured in found:
        by_format[reader.format].append((reader, measured))
    known = {line.split("|")[2].strip(" `"): f"{line}\n" for line in _rows_of(before)}
    rows = [
        known.get(name, "") if name in missed else _row(name, by_format[name]) for name in by_format
    ]
    notes = [f"- **{each.title}**: {each.about}\n" for each in formats().values()]
    about = "\n## Who reads them, and what they lose\n\n" + "".join(notes)
    return _HEAD + "".join(rows) + about + _FOOT


def _rows_of(page: str) -> Iterable[str]:
    return [line for line in page.splitlines() if line.startswith("| ")]


def _row(name: str, found: Sequence[tuple[Reader, Measured]]) -> str:
    format_ = formats()[name]
    libraries = dict.fromkeys(reader.library for reader, _ in found)
    off = max(measured.off for _, measured in found)
    cells = [
        format_.title,
        f"`{name}`",
        ", ".join(_GOES_WITH[media] for media in format_.media),
        ", ".join(libraries),
        f"{next(step for step in _STEPS if off <= step):g} px",
        *(_kept([getattr(each, what) for _, each in found]) for what in _COLUMNS),
    ]
    return f"| {' | '.join(cells)} |\n"


_FOOT = """
## A format of your own

A package that brings a `core.export.base.Format` under the entry-point group
`flickerscope.exporters` adds it to the window and the command line. `write` gets the export's
folder, which has the pictures at their paths or will have them, and all that is handed over:

```python
import json

from core.export.base import Format


def write(folder, labeled):
    with (folder / "boxes.jsonl").open("w", encoding="utf-8") as file:
        for frame in labeled.frames:
            for box in frame.prelabels:
                row = {"file": frame.path, "xyxy": box.xyxy, "class": box.class_name}
                file.write(json.dumps(row | {"score": box.score, "source": box.source}) + "\\n")


JSON_LINES = Format("jsonl", "JSON lines", write)
```

```toml
[project.entry-points."flickerscope.exporters"]
jsonl = "my_formats:JSON_LINES"
```
"""

_COLUMNS = ("score", "source", "track", "kind")
_GOES_WITH = {"frames": "pictures", "video": "whole videos", "none": "labels alone"}
_ORDER: tuple[Kept, ...] = ("kept", "renumbered", "lost")


def _kept(found: Iterable[Kept]) -> str:
    return min(found, key=_ORDER.index)
