"""States can be told apart by stroke and badge alone, and strokes are sharp."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from gui.canvas.layout import ViewTransform, fit
from gui.canvas.marks import STYLES, chip_colour
from gui.canvas.render import CanvasScene, paint_canvas
from gui.canvas.tool_marks import ToolScene
from gui.canvas.types import Box, BoxState, CanvasBox, Tool
from gui.theme import DARK, LIGHT

SIZE = (320, 240)
RECT = (60.0, 60.0, 260.0, 180.0)
MIDDLE = 120
"""A row that crosses both sides of the box, away from corners and labels."""


@pytest.fixture(autouse=True)
def _application(qapp: QApplication) -> None:
    """Fonts need an application."""


def plain(width: int = SIZE[0], height: int = SIZE[1], grey: int = 128) -> QImage:
    picture = QImage(width, height, QImage.Format.Format_RGB32)
    picture.fill(QColor(grey, grey, grey))
    return picture


def painted(
    *boxes: CanvasBox,
    picture: QImage | None = None,
    ratio: float = 1,
    view: ViewTransform | None = None,
    of_size: tuple[int, int] | None = None,
    note: str = "",
    badge: str = "",
    before: Sequence[Box] = (),
    after: Sequence[Box] = (),
    tool: ToolScene | None = None,
) -> NDArray[np.uint8]:
    """Red, green and blue of every device pixel."""
    target = QImage(round(SIZE[0] * ratio), round(SIZE[1] * ratio), QImage.Format.Format_RGB32)
    target.setDevicePixelRatio(ratio)
    shown = picture if picture is not None else plain()
    image_size = of_size or (shown.width(), shown.height())
    scene = CanvasScene(
        size=SIZE,
        picture=shown,
        boxes=boxes,
        view=view or fit(image_size, SIZE),
        theme=DARK,
        font=QApplication.font(),
        picture_size=image_size,
        note=note,
        badge=badge,
        before=before,
        after=after,
        tool=tool,
    )
    painter = QPainter(target)
    paint_canvas(painter, scene)
    painter.end()
    bgra = np.frombuffer(target.constBits(), np.uint8).reshape(target.height(), -1, 4)
    return bgra[:, : target.width(), 2::-1].copy()


def rgb(colour: QColor) -> NDArray[np.int_]:
    return np.array([colour.red(), colour.green(), colour.blue()])


def inked(
    pixels: NDArray[np.uint8], ink: BoxState | QColor, tolerance: int = 45
) -> NDArray[np.bool_]:
    """Where the picture has a colour, or that of a state, nearly."""
    wanted = rgb(STYLES[ink].colour if isinstance(ink, BoxState) else ink)
    return np.asarray((np.abs(pixels.astype(int) - wanted) <= tolerance).all(axis=2))


def runs(line: NDArray[np.bool_]) -> int:
    """How many separate stretches of True there are."""
    return int(np.count_nonzero(np.diff(line.astype(int), prepend=0) == 1))


def bottom_edge(pixels: NDArray[np.uint8], state: BoxState) -> NDArray[np.bool_]:
    """The row of pixels along the bottom edge, clear of badge and label."""
    return np.asarray(inked(pixels, state)[178:181, 70:250].any(axis=0))


def test_a_detection_is_one_solid_line() -> None:
    pixels = painted(CanvasBox(RECT, "", BoxState.DETECTION))
    assert runs(inked(pixels, BoxState.DETECTION)[MIDDLE]) == 2
    assert bottom_edge(pixels, BoxState.DETECTION).all()


def test_an_accepted_box_is_a_double_line() -> None:
    pixels = painted(CanvasBox(RECT, "", BoxState.ACCEPTED))
    assert runs(inked(pixels, BoxState.ACCEPTED)[MIDDLE]) == 4
    assert bottom_edge(pixels, BoxState.ACCEPTED).all()


def test_an_imputed_box_is_dashed() -> None:
    pixels = painted(CanvasBox(RECT, "", BoxState.IMPUTED))
    edge = bottom_edge(pixels, BoxState.IMPUTED)
    assert 8 <= runs(edge) <= 16
    assert 0.4 < edge.mean() < 0.8


def test_a_rejected_box_is_dotted_finer_and_dimmer_than_an_imputed_one() -> None:
    pixels = painted(CanvasBox(RECT, "", BoxState.REJECTED))
    edge = np.asarray(inked(pixels, BoxState.REJECTED, 70)[178:181, 70:250].any(axis=0))
    assert runs(edge) > 24
    assert edge.mean() < 0.5
    exact = inked(pixels, BoxState.REJECTED, 8)[178:181, 70:250]
    assert not exact.any()


GREEN = (BoxState.ACCEPTED, BoxState.EDITED)
BADGED = (BoxState.DOUBTED, BoxState.REJECTED, BoxState.DRAWN, *GREEN)


def disc(state: BoxState) -> NDArray[np.uint8]:
    """The inner part of the badge at the corner of a box."""
    return painted(CanvasBox(RECT, "", state))[55:66, 255:266]


def test_what_is_more_than_seen_carries_a_badge_at_the_corner() -> None:
    for state in BoxState:
        # Right of the box, where no line runs.
        beside = painted(CanvasBox(RECT, "", state))[56:64, 263:267]
        assert bool(inked(beside, chip_colour(state)).any()) == (state in BADGED)


@pytest.mark.parametrize(("a", "b"), list(combinations(BADGED, 2)))
def test_badges_differ_in_more_than_colour(a: BoxState, b: BoxState) -> None:
    signs = []
    for state in (a, b):
        off = np.abs(disc(state).astype(int) - rgb(chip_colour(state))).sum(axis=2)
        signs.append(off > 100)
    assert (signs[0] != signs[1]).mean() > 0.12


def test_a_doubted_box_is_thin_with_heavy_corners_of_what_waits() -> None:
    pixels = painted(CanvasBox(RECT, "", BoxState.DOUBTED))
    assert inked(pixels, BoxState.DETECTION)[MIDDLE].sum() == 2
    corner, middle = pixels[172:190, 52:70], pixels[172:190, 150:168]
    assert inked(corner, BoxState.IMPUTED).sum() > 40
    assert not inked(middle, BoxState.IMPUTED).any()


def test_a_drawn_box_is_solid_and_an_edited_one_double() -> None:
    drawn = painted(CanvasBox(RECT, "", BoxState.DRAWN))
    assert runs(inked(drawn, BoxState.DRAWN)[MIDDLE]) == 2
    edited = painted(CanvasBox(RECT, "", BoxState.EDITED))
    assert runs(inked(edited, BoxState.EDITED)[MIDDLE]) == 4


def test_ghosts_are_thin_faint_and_unlike_each_other() -> None:
    empty = painted()
    shown = [painted(before=[RECT]), painted(after=[RECT])]
    lines = [(pixels[180] > empty[180] + 20).any(axis=1)[70:250] for pixels in shown]
    assert runs(lines[1]) > runs(lines[0]) + 10
    solid = np.abs(painted(CanvasBox(RECT, "", BoxState.DETECTION)).astype(int) - empty).sum()
    for pixels in shown:
        assert 0 < np.abs(pixels.astype(int) - empty).sum() < solid / 2
    for i, (x, y) in enumerate([(58, 60), (262, 180)]):
        assert [bool((pixels[y, x] > 190).all()) for pixels in shown] == [i == 0, i == 1]


def test_a_ghost_lies_under_the_boxes() -> None:
    box = CanvasBox(RECT, "", BoxState.DETECTION)
    line = (slice(MIDDLE, MIDDLE + 1), slice(59, 61))
    assert (painted(box, before=[RECT])[line] == painted(box)[line]).all()


def test_while_a_tool_is_in_hand_the_other_boxes_are_quiet() -> None:
    box = CanvasBox(RECT, "car 0.93", BoxState.ACCEPTED, focused=True)
    quiet = painted(box, tool=ToolScene(Tool.EDIT, None))
    assert not inked(quiet, BoxState.ACCEPTED, 20).any()
    assert (np.abs(quiet.astype(int) - painted()).max(axis=2) > 8).any()
    assert (quiet[30:56] == painted()[30:56]).all(), "there is a label"


def test_the_edited_box_has_eight_handles() -> None:
    pixels = painted(tool=ToolScene(Tool.EDIT, RECT))
    centres = [(x, y) for x in (60, 160, 260) for y in (60, 120, 180) if (x, y) != (160, 120)]
    for x, y in centres:
        assert (pixels[y - 3, x - 3 : x + 3] == 255).all()
    bare = painted(tool=ToolScene(Tool.EDIT, RECT, handles=False))
    assert not any((bare[y - 3, x - 3 : x + 3] == 255).all() for x, y in centres)


def test_lines_through_the_cursor_span_the_view_but_leave_the_cursor_free() -> None:
    empty = painted()
    pixels = painted(tool=ToolScene(Tool.DRAW, None, cursor=(100.0, 80.0)))
    changed = (pixels != empty).any(axis=2)
    assert changed[80, :92].all()
    assert changed[80, 108:].all()
    assert changed[:72, 100].all()
    assert changed[88:, 100].all()
    assert not changed[73:88, 93:108].any()


FIRM = [state for state in BoxState if not state.value.startswith("ghost")]


@pytest.mark.parametrize("state", FIRM)
@pytest.mark.parametrize("grey", [0, 255])
def test_every_stroke_reads_on_black_and_on_white(state: BoxState, grey: int) -> None:
    pixels = painted(CanvasBox(RECT, "", state), picture=plain(grey=grey))
    line = pixels[MIDDLE - 20 : MIDDLE + 20, 50:72].astype(int)
    darkest, brightest = line.sum(axis=2).min(), line.sum(axis=2).max()
    assert brightest - darkest > 150


@pytest.mark.parametrize("ratio", [1, 1.5, 2])
def test_lines_are_sharp_at_every_display_scale(ratio: float) -> None:
    where = (60.3, 60.7, 259.6, 180.2)
    pixels = painted(CanvasBox(where, "", BoxState.DETECTION), ratio=ratio)
    row = inked(pixels, BoxState.DETECTION, 2)[round(MIDDLE * ratio)]
    left = np.flatnonzero(row[: len(row) // 2])
    assert len(left) == round(2 * ratio)


def test_focus_thickens_the_line_and_adds_white_corners() -> None:
    calm = painted(CanvasBox(RECT, "", BoxState.DETECTION))
    focused = painted(CanvasBox(RECT, "", BoxState.DETECTION, focused=True))
    assert inked(focused, BoxState.DETECTION)[MIDDLE].sum() > (
        inked(calm, BoxState.DETECTION)[MIDDLE].sum()
    )
    outside = (slice(52, 58), slice(52, 70))
    assert (focused[outside].min(axis=2) > 240).any()
    assert not (calm[outside].min(axis=2) > 240).any()


@pytest.mark.parametrize("beyond", [4, 40])
def test_what_stands_out_from_a_box_is_seen_beside_it(beyond: int) -> None:
    box = CanvasBox((-80.0, 60.0, -float(beyond), 180.0), "car", BoxState.ACCEPTED)
    changed = (painted(box) != painted()).any(axis=2)
    assert bool(changed[50:70, :6].any()) == (beyond == 4)
    assert not changed[:, 6:].any()


def test_the_focused_box_lies_on_top() -> None:
    boxes = [
        CanvasBox(RECT, "", BoxState.DETECTION, focused=True),
        CanvasBox(RECT, "", BoxState.ACCEPTED),
    ]
    assert inked(painted(*boxes), BoxState.DETECTION)[MIDDLE].any()


def test_a_label_is_white_on_dark() -> None:
    pixels = painted(CanvasBox(RECT, "car 0.93", BoxState.DETECTION), picture=plain(grey=255))
    chip = pixels[38:56, 70:100]
    assert (chip.max(axis=2) < 90).mean() > 0.3
    assert (chip.min(axis=2) > 200).any()


def chequered() -> QImage:
    """A 4 x 3 picture of black and white pixels."""
    picture = plain(4, 3, 0)
    for x, y in ((0, 0), (2, 0), (1, 1), (3, 1), (0, 2), (2, 2)):
        picture.setPixelColor(x, y, QColor(255, 255, 255))
    return picture


def test_far_in_pixels_are_squares() -> None:
    pixels = painted(picture=chequered(), view=ViewTransform(20.0, 0.0, 0.0))
    assert set(np.unique(pixels[:60, :80])) == {0, 255}


def test_near_1_to_1_pixels_are_smoothed() -> None:
    pixels = painted(picture=chequered(), view=ViewTransform(2.5, 0.0, 0.0))
    assert len(np.unique(pixels[:7, :10])) > 2


def test_a_small_picture_fills_the_place_of_the_full_one() -> None:
    small = plain(16, 12, 0)
    for x in range(8, 16):
        for y in range(12):
            small.setPixelColor(x, y, QColor(255, 255, 255))
    pixels = painted(picture=small, of_size=SIZE)
    assert pixels[MIDDLE, [0, 140]].tolist() == [[0, 0, 0], [0, 0, 0]]
    assert pixels[MIDDLE, [180, 319]].tolist() == [[255] * 3, [255] * 3]
    assert pixels[[0, 239], 300].tolist() == [[255] * 3, [255] * 3]


@pytest.mark.parametrize("corner", [(0.0, 0.0), (160.0, 60.0), (300.0, 230.0)])
def test_a_zoomed_small_picture_shows_the_same_place_as_the_full_one(
    corner: tuple[float, float],
) -> None:
    full, small = half_and_half(*SIZE), half_and_half(SIZE[0] // 4, SIZE[1] // 4)
    view = ViewTransform(2.0, -2 * corner[0], -2 * corner[1])
    difference = painted(picture=full, view=view).astype(int) - painted(
        picture=small, view=view, of_size=SIZE
    )
    # The edge in the middle is softer, by the size of a small picture's pixel.
    assert (np.abs(difference).max(axis=2) > 8).mean() < 0.06


def half_and_half(width: int, height: int) -> QImage:
    picture = plain(width, height, 0)
    painter = QPainter(picture)
    painter.fillRect(width // 2, 0, width, height, QColor("#c04020"))
    painter.end()
    return picture


def test_a_note_lies_in_the_corner_whatever_the_zoom() -> None:
    for view in (None, ViewTransform(8.0, -600.0, -500.0)):
        silent = painted(view=view, picture=plain(grey=255))
        said = painted(view=view, picture=plain(grey=255), note="Damaged: errors here")
        rows, columns = np.nonzero((silent != said).any(axis=2))
        assert (rows.min(), columns.min()) == (8, 8)
        assert rows.max() < 40
        chip = said[8:24, 8 : columns.max()]
        assert (chip.min(axis=2) > 200).any(), "there are no words"
        assert inked(chip, BoxState.REJECTED, 25).any(), "there is no mark"


def test_what_is_outside_the_picture_has_the_theme_s_colour() -> None:
    pixels = painted(view=ViewTransform(0.5, 80.0, 60.0))
    assert QColor(*pixels[5, 5].tolist()).name() == DARK.canvas
    assert pixels[120, 160].tolist() == [128, 128, 128]


def test_the_empty_state_says_its_words() -> None:
    def empty(title: str) -> QImage:
        target = QImage(*SIZE, QImage.Format.Format_RGB32)
        painter = QPainter(target)
        view = ViewTransform(1.0, 0.0, 0.0)
        font = QApplication.font()
        paint_canvas(painter, CanvasScene(SIZE, None, (), view, LIGHT, font, title, "Hint"))
        painter.end()
        return target

    said, silent = empty("Drop a video here"), empty("")
    assert said != silent
    assert said.pixelColor(2, 2).name() == LIGHT.window


def test_a_selected_frame_bears_a_bookmark_in_its_corner_and_nothing_else() -> None:
    bare, marked = painted(), painted(badge="Selected")
    changed = (bare != marked).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert rows[0] >= 6
    assert rows[-1] < 32
    assert SIZE[0] - 120 < columns[0]
    assert columns[-1] < SIZE[0] - 6
    white = (marked[8:32, columns[0] : columns[0] + 14] > 220).all(axis=2)
    assert 30 < np.count_nonzero(white) < 80
