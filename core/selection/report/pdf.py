"""The report as a PDF document on A4."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from fpdf import FPDF, FontFace
from fpdf.enums import XPos, YPos

from core.selection.report.content import (
    Block,
    Code,
    Content,
    Figure,
    Listing,
    Paragraph,
    Section,
    Sheet,
    Table,
    Tiles,
)
from core.selection.report.fonts import drawable, font_file
from core.selection.report.pdf_sheet import beginning, draw_sheet
from core.selection.report.pdf_style import (
    FAMILY,
    GROUND,
    INK,
    MARGIN,
    MONOSPACED,
    RULE,
    SOFT,
    WIDTH,
)

_CODE, _CODE_LINE = 7.5, 3.7
"""Points, and millimetres."""


class _Document(FPDF):  # type: ignore[misc]
    """Pages with their number at the foot."""

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font(FAMILY, "", 7)
        self.set_text_color(*SOFT)
        self.cell(WIDTH, 5, f"Frames chosen for labeling · page {self.page_no()} of {{nb}}")


def document_of(content: Content, now: datetime) -> bytes:
    """The document's content."""
    pdf = _Document(format="A4")
    pdf.set_margins(MARGIN, MARGIN, MARGIN)
    pdf.set_auto_page_break(True, 18)
    pdf.c_margin = 0  # cells begin where everything else does
    for style, file in (("", "DejaVuSans"), ("B", "DejaVuSans-Bold")):
        pdf.add_font(FAMILY, style, font_file(file))
    pdf.add_font(MONOSPACED, "", font_file("DejaVuSansMono"))
    pdf.set_title(content.title)
    pdf.set_lang("en")
    pdf.set_creator("Flickerscope")
    pdf.set_creation_date(now)
    pdf.add_page()
    _title(pdf, content)
    for section in content.sections:
        _heading(pdf, section)
        for at, block in enumerate(section.blocks):
            if _leads(block) and pdf.will_page_break(_beginning(pdf, section.blocks[at:])):
                pdf.add_page()
            _block(pdf, block)
    return bytes(pdf.output())


def _title(pdf: FPDF, content: Content) -> None:
    _text(pdf, content.title, size=19, style="B", line=9)
    _text(pdf, content.subtitle, size=11, line=5.6)
    pdf.ln(1)
    _text(pdf, content.made, size=8, colour=SOFT, line=4.2)
    pdf.ln(6)


def _heading(pdf: FPDF, section: Section) -> None:
    """A heading stays with what follows it."""
    if pdf.will_page_break(12 + _beginning(pdf, section.blocks)):
        pdf.add_page()
    elif pdf.get_y() > 50:
        pdf.ln(4)
    pdf.start_section(section.title)
    _text(pdf, section.title, size=12.5, style="B", line=7)
    pdf.ln(1)


def _leads(block: Block) -> bool:
    """Whether it says what the next one is."""
    return isinstance(block, Paragraph) and block.text.endswith(":")


def _beginning(pdf: FPDF, blocks: Sequence[Block]) -> float:
    """Millimetres, about, that the first block takes at least, with sentences before it."""
    needed = 0.0
    for block in blocks:
        match block:
            case Paragraph(text=text):
                needed += 4.6 * (1 + len(text) // 110) + 3
                continue
            case Figure():
                needed += _height(block) + 5
            case Sheet():
                needed += beginning(block)
            case Code(text=text):
                pdf.set_font(MONOSPACED, "", _CODE)
                lines = pdf.multi_cell(WIDTH, text=drawable(text), dry_run=True, output="LINES")
                needed += min(20, len(lines)) * _CODE_LINE
            case _:
                needed += 20
        break
    return needed


def _text(
    pdf: FPDF,
    text: str,
    *,
    size: float = 9,
    style: str = "",
    colour: tuple[int, int, int] = INK,
    line: float = 4.6,
    family: str = FAMILY,
) -> None:
    pdf.set_font(family, style, size)
    pdf.set_text_color(*colour)
    pdf.multi_cell(WIDTH, line, drawable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _block(pdf: FPDF, block: Block) -> None:
    match block:
        case Paragraph(text=text):
            _text(pdf, text)
        case Listing(items=items):
            _listing(pdf, items)
        case Code(text=text):
            _text(pdf, text, family=MONOSPACED, size=_CODE, line=_CODE_LINE)
        case Tiles():
            _tiles(pdf, block)
        case Table():
            _table(pdf, block)
        case Figure():
            _figure(pdf, block)
        case Sheet():
            draw_sheet(pdf, block)
    pdf.ln(3)


def _listing(pdf: FPDF, items: Sequence[str]) -> None:
    for item in items:
        pdf.set_font(FAMILY, "", 9)
        pdf.set_text_color(*SOFT)
        pdf.cell(4, 4.6, "•")
        pdf.set_text_color(*INK)
        pdf.multi_cell(
            WIDTH - 4, 4.6, drawable(item), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )


def _tiles(pdf: FPDF, block: Tiles) -> None:
    gap, height = 4.0, 18.0
    if pdf.will_page_break(height):
        pdf.add_page()
    width = (WIDTH - gap * (len(block.tiles) - 1)) / len(block.tiles)
    top = pdf.get_y()
    pdf.set_fill_color(*GROUND)
    for at, tile in enumerate(block.tiles):
        left = MARGIN + at * (width + gap)
        pdf.rect(left, top, width, height, style="F")
        for text, down, size, style, colour in (
            (tile.label, 2, 7.5, "", SOFT),
            (tile.value, 6.5, 14, "B", INK),
            (tile.beside, 13, 7.5, "", SOFT),
        ):
            pdf.set_xy(left + 2, top + down)
            pdf.set_font(FAMILY, style, size)
            pdf.set_text_color(*colour)
            pdf.cell(width - 4, size * 0.42, text)
    pdf.set_xy(MARGIN, top + height)


def _table(pdf: FPDF, block: Table) -> None:
    if pdf.will_page_break(20):
        pdf.add_page()
    _text(pdf, block.caption, size=8, colour=SOFT, line=4.2)
    pdf.ln(0.5)
    pdf.set_font(FAMILY, "", 8)
    pdf.set_text_color(*INK)
    pdf.set_draw_color(*RULE)
    pdf.set_line_width(0.2)
    pdf.set_fill_color(255)
    with pdf.table(
        borders_layout="HORIZONTAL_LINES",
        col_widths=_widths(block),
        headings_style=FontFace(emphasis="BOLD", color=INK),
        line_height=4.2,
        v_align="TOP",
        text_align=tuple("LEFT" if at < block.texts else "RIGHT" for at in range(len(block.head))),
        width=WIDTH,
    ) as table:
        for row in (block.head, *block.rows):
            cells = table.row()
            for at, cell in enumerate(row):
                cells.cell(drawable(cell), padding=(0.7, 0, 0.7, 2 if at else 0))


def _widths(block: Table) -> tuple[float, ...]:
    """Numbers take little, texts what is left, more where they are long."""
    columns = list(zip(block.head, *block.rows, strict=True))
    longest = [max(map(len, column)) for column in columns]
    return tuple(min(max(length, 8), 40) for length in longest)


def _figure(pdf: FPDF, block: Figure) -> None:
    pdf.set_font(FAMILY, "", 8)
    height = _height(block)
    if pdf.will_page_break(height + 5):
        pdf.add_page()
    _text(pdf, block.caption, size=8, colour=SOFT, line=4.2)
    pdf.image(BytesIO(block.png), MARGIN, pdf.get_y() + 0.5, w=WIDTH, alt_text=block.alt)
    pdf.set_y(pdf.get_y() + height + 0.5)


def _height(figure: Figure) -> float:
    return WIDTH * figure.size[1] / figure.size[0]
