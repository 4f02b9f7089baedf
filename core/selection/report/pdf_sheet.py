"""The contact sheet on pages of a document."""

from collections.abc import Sequence
from io import BytesIO

from fpdf import FPDF

from core.selection.report.content import Part, Sheet, Thumbnail
from core.selection.report.fonts import drawable
from core.selection.report.pdf_style import FAMILY, GROUND, INK, MARGIN, SOFT, WIDTH

_COLUMNS = 4
_GAP, _LINE = 4.0, 3.0
_CARD = (WIDTH - _GAP * (_COLUMNS - 1)) / _COLUMNS
_HIGHEST = 0.75 * _CARD
"""Of a picture; upright ones become narrower than their card."""
_BAR = 1.4
_TEXT = _BAR + 1.3
"""From the picture to the first line."""
_BELOW, _MOST_BELOW = 3.0, 8.0
"""From one row to the next: more where a page has room that no row fits into."""
_LEGEND = 4.2
"""A line of it."""


def draw_sheet(pdf: FPDF, sheet: Sheet) -> None:
    """The legend, then rows of cards; a row stays on one page."""
    _legend(pdf, sheet.legend)
    for start in range(0, len(sheet.thumbnails), _COLUMNS):
        row = sheet.thumbnails[start : start + _COLUMNS]
        picture, height = _heights(row)
        if pdf.will_page_break(height):
            pdf.add_page()
        top = pdf.get_y()
        for at, card in enumerate(row):
            _card(pdf, card, MARGIN + at * (_CARD + _GAP), top, picture)
        pdf.set_xy(MARGIN, top + height + _below(pdf, height))


def beginning(sheet: Sheet) -> float:
    """Millimetres for the legend and the first row."""
    row = sheet.thumbnails[:_COLUMNS]
    return _LEGEND * len(sheet.legend) + (_heights(row)[1] if row else 0)


def _heights(row: Sequence[Thumbnail]) -> tuple[float, float]:
    """Of the row's pictures, and of all of it."""
    picture = max(_picture_size(card)[1] for card in row)
    return picture, picture + _TEXT + _LINE * max(map(_lines, row))


def _below(pdf: FPDF, height: float) -> float:
    """Millimetres such that a page of rows like this one is full."""
    room = pdf.page_break_trigger - MARGIN - 0.1
    rows = int((room + _BELOW) // (height + _BELOW))
    return min(_MOST_BELOW, (room - rows * height) / (rows - 1)) if rows > 1 else _BELOW


def _lines(card: Thumbnail) -> int:
    return 1 + bool(card.detail) + len(card.parts) + bool(card.note)


def _legend(pdf: FPDF, entries: Sequence[tuple[str, str]]) -> None:
    """A line for each strategy, since its name may be long."""
    for title, colour in entries:
        top = pdf.get_y()
        pdf.set_fill_color(colour)
        pdf.rect(MARGIN, top + 0.9, 2.2, 2.2, style="F")
        _line(pdf, title, MARGIN + 3.6, top + 0.45, width=WIDTH - 3.6, size=8)
        pdf.set_xy(MARGIN, top + _LEGEND)
    pdf.ln(1.5)


def _picture_size(card: Thumbnail) -> tuple[float, float]:
    width, height = card.size
    scale = min(_CARD / width, _HIGHEST / height)
    return width * scale, height * scale


def _card(pdf: FPDF, card: Thumbnail, left: float, top: float, room: float) -> None:
    _picture(pdf, card, left, top, room)
    if any(part.width for part in card.parts):
        _bar(pdf, card.parts, left, top + room + 0.6)
    y = top + room + _TEXT
    _line(pdf, card.title, left, y, width=_CARD / 2, style="B")
    _line(pdf, card.when, left + _CARD / 2, y, width=_CARD / 2, colour=SOFT, align="R")
    y += _LINE
    if card.detail:
        _line(pdf, card.detail, left, y, colour=SOFT)
        y += _LINE
    for part in card.parts:
        _reason(pdf, part, left, y)
        y += _LINE
    if card.note:
        _line(pdf, card.note, left, y)


def _picture(pdf: FPDF, card: Thumbnail, left: float, top: float, room: float) -> None:
    pdf.set_fill_color(*GROUND)
    pdf.rect(left, top, _CARD, room, style="F")
    if card.jpeg is None:
        _line(pdf, "No picture", left + 2, top + room / 2 - _LINE / 2, colour=SOFT)
        return
    width, height = _picture_size(card)
    x, y = left + (_CARD - width) / 2, top + (room - height) / 2
    pdf.image(BytesIO(card.jpeg), x, y, width, height, alt_text=card.alt)


def _bar(pdf: FPDF, parts: tuple[Part, ...], left: float, top: float) -> None:
    for part in parts:
        pdf.set_fill_color(part.colour)
        pdf.rect(left, top, _CARD * part.width, _BAR, style="F")
        left += _CARD * part.width


def _reason(pdf: FPDF, part: Part, left: float, top: float) -> None:
    pdf.set_fill_color(part.colour)
    pdf.rect(left, top + 0.8, 1.6, 1.6, style="F")
    said = f"{part.value} · {part.share}" if part.share else part.value
    pdf.set_font(FAMILY, "", 6.5)
    room = pdf.get_string_width(said) + 0.5
    _line(pdf, part.title, left + 2.6, top, width=_CARD - 2.6 - room - 1)
    _line(pdf, said, left + _CARD - room, top, width=room, align="R")


def _line(
    pdf: FPDF,
    text: str,
    left: float,
    top: float,
    *,
    width: float = _CARD,
    size: float = 6.5,
    style: str = "",
    colour: tuple[int, int, int] = INK,
    align: str = "L",
) -> None:
    """One line, with an ellipsis where it has no room."""
    pdf.set_font(FAMILY, style, size)
    pdf.set_text_color(*colour)
    pdf.set_xy(left, top)
    pdf.cell(width, _LINE, _fitting(pdf, drawable(text), width), align=align)


def _fitting(pdf: FPDF, text: str, width: float) -> str:
    if pdf.get_string_width(text) <= width:
        return text
    while text and pdf.get_string_width(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"
