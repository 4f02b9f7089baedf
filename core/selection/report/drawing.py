"""How figures look, and how they become files: in SVG for the page, in PNG for the document."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from PIL import Image

from core.selection.report.content import Figure
from core.selection.report.fonts import FAMILY

WIDTH = 7.09
"""Inches: 180 mm, what A4 has between its margins."""
_DPI = 200

INK, ALL, CHOSEN, TARGET = "#24272b", "#a9adb3", "#0072b2", "#d55e00"
"""Text and axes; all frames; the chosen ones; what was wanted of them, and what flickers."""
_FAINT = "#d9dbdf"
SERIES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")
"""Okabe and Ito's colours, for strategies."""

_DARK = {INK: "#d8dadd", ALL: "#6c7178", CHOSEN: "#56b4e9", TARGET: "#f0884a", _FAINT: "#3a3d42"}
"""What they become on a dark page."""

_STYLE: dict[Any, object] = {
    "font.family": FAMILY,
    "font.size": 7.5,
    "text.color": INK,
    "text.parse_math": False,  # a dollar in a name is a dollar
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 7.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.formatter.limits": (-4, 6),
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "legend.frameon": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "flickerscope",
}


def drawn(
    height: float, draw: Callable[[Canvas], None], *, caption: str, alt: str, width: float = WIDTH
) -> Figure:
    """A figure of so many inches."""
    with _style():
        canvas = Canvas(figsize=(width, height), layout="constrained")
        draw(canvas)
        png = _png(canvas)
        return Figure(caption, alt, Image.open(BytesIO(png)).size, _svg(canvas), png)


def quiet(axes: Axes, *, grid: bool = True) -> None:
    """Take away the axis of values that grid lines already tell."""
    axes.spines["left"].set_visible(False)
    axes.tick_params(left=False)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(axis="y", color=_FAINT, linewidth=0.6)


@contextmanager
def _style() -> Iterator[None]:
    """The style of this program, whatever a person has set for matplotlib; put back afterwards."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def _png(canvas: Canvas) -> bytes:
    drawing, target = BytesIO(), BytesIO()
    canvas.savefig(drawing, format="png", dpi=_DPI, facecolor="white")
    # What nothing shines through takes half the room in a PDF.
    Image.open(drawing).convert("RGB").save(target, "PNG")
    return target.getvalue()


def _svg(canvas: Canvas) -> bytes:
    """A drawing without ground, which follows the page into the dark."""
    target = BytesIO()
    canvas.savefig(
        target, format="svg", dpi=_DPI, transparent=True, metadata={"Date": None, "Creator": None}
    )
    text = target.getvalue().decode()
    for at, light in enumerate(_DARK):
        text = text.replace(light, f"var(--c{at})")
    return text.replace("<defs>", f"<style>{_palette()}</style><defs>", 1).encode()


def _palette() -> str:
    light, dark = (
        ";".join(f"--c{at}:{colour}" for at, colour in enumerate(colours))
        for colours in (_DARK.keys(), _DARK.values())
    )
    return f":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"


def data_uri(content: bytes, kind: str) -> str:
    """A file's content as an address within a page."""
    return f"data:{kind};base64,{b64encode(content).decode()}"
