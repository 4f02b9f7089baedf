"""The contact sheet on pages of a document."""

from io import BytesIO

from fpdf import FPDF

from core.selection.report.content import Part, Sheet, Thumbnail
from core.selection.report.fonts import drawable
from core.selection.report.pdf_style import FAMILY, GROUND, INK, MARGIN, SOFT, WIDTH

_COLUMNS = 4
_GAP, _LINE = 4.0, 3.3
_CARD = (WIDTH - _GAP * (_COLUMNS - 1)) / _COLUMNS
_HIGHEST = 0.75 * _CARD
"""Of a picture; upright ones become narrower than their card."""
_BAR = 1.6


def draw_sheet(pdf: FPDF, sheet: Sheet) -> None:
    """Rows of cards; a row stays on one page."""
    for start in range(0, len(sheet.thumbnails), _COLUMNS):
        row = sheet.thumbnails[start : start + _COLUMNS]
        picture = max(_picture_size(card)[1] for card in row)
        height = picture + _BAR + _LINE * (2 + max(map(_lines, row))) + 5
        if pdf.will_page_break(height):
            pdf.add_page()
        top = pdf.get_y()
        for at, card in enumerate(row):
            _card(pdf, card, MARGIN + at * (_CARD + _GAP), top, picture)
        pdf.set_xy(MARGIN, top + height)


def _lines(card: Thumbnail) -> int:
    return len(card.parts) + bool(card.note)


def _picture_size(card: Thumbnail) -> tuple[float, float]:
    width, height = card.size
    scale = min(_CARD / width, _HIGHEST / height)
    return width * scale, height * scale


def _card(pdf: FPDF, card: Thumbnail, left: float, top: float, room: float) -> None:
    _picture(pdf, card, left, top, room)
    y = top + room + 1
    if any(part.width for part in card.parts):
        _bar(pdf, card.parts, left, y)
    y += _BAR + 0.6
    _line(pdf, card.title, left, y, style="B", size=7.5)
    y += _LINE + 0.2
    _line(pdf, card.detail, left, y, colour=SOFT)
    y += _LINE + 0.2
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
    pdf.image(BytesIO(card.jpeg), x, y, width, height, alt_text=f"{card.title}, {card.detail}")


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
