"""The typeface of the report, the same on every system: the one that comes with matplotlib."""

from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib.ft2font import FT2Font

from core.selection.report.text import REPLACEMENT

FAMILY = "DejaVu Sans"
_FILES = ("DejaVuSans", "DejaVuSans-Bold")


def font_file(name: str) -> Path:
    """A file such as `DejaVuSans-Bold`."""
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"


def drawable(text: str) -> str:
    """With a replacement for characters that the typeface lacks."""
    known = _characters()
    return "".join(c if ord(c) in known or c == "\n" else REPLACEMENT for c in text)


@cache
def _characters() -> frozenset[int]:
    found = [set(FT2Font(str(font_file(name))).get_charmap()) for name in _FILES]
    return frozenset(set.intersection(*found))
