"""What the timeline's layers look like, pixel by pixel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from gui.theme import ACCEPTED, DARK, IMPUTED, LIGHT, REJECTED, Theme
from gui.timeline.clock import Clock
from gui.timeline.content import Content
from gui.timeline.layout import MARGIN, Rect, TimelineLayout
from gui.timeline.marks import Marks
from gui.timeline.overlay import OverlayScene, paint_overlay
from gui.timeline.pyramid import ScorePyramid
from gui.timeline.render import LayerScene, paint_empty, paint_layer
from gui.timeline.strip import strip_image
from gui.timeline.types import MarkState

WIDTH, HEIGHT = 824, 132
COLOURS = {
    MarkState.TO_DO: IMPUTED,
    MarkState.EDITED: ACCEPTED,
    MarkState.ACCEPTED: ACCEPTED,
    MarkState.REJECTED: REJECTED,
}


@pytest.fixture(autouse=True)
def _application(qapp: QApplication) -> None:
    """Fonts need an application."""


def rgb(image: QImage) -> NDArray[np.int64]:
    bgra = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return bgra[:, :, 2::-1].astype(np.int64)


def near(pixels: NDArray[np.int64], colour: str, tolerance: int = 6) -> NDArray[np.bool_]:
    wanted = QColor(colour)
    channels = np.array([wanted.red(), wanted.green(), wanted.blue()])
    result: NDArray[np.bool_] = (np.abs(pixels - channels) <= tolerance).all(axis=2)
    return result


def target(ratio: float = 1) -> QImage:
    image = QImage(round(WIDTH * ratio), round(HEIGHT * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.magenta)
    return image


def layer(
    layout: TimelineLayout,
    scores: NDArray[np.float32],
    marks: Sequence[tuple[int, MarkState]] = (),
    *,
    selected: Sequence[int] = (),
    theme: Theme = DARK,
    ratio: float = 1,
) -> NDArray[np.int64]:
    image = target(ratio)
    frames = np.array([frame for frame, _ in marks], dtype=np.int64)
    states = np.array([state for _, state in marks], dtype=np.uint8)
    kinds = np.zeros(len(marks), np.int8)
    scene = LayerScene(
        layout=layout,
        clock=Clock(25.0),
        pyramid=ScorePyramid.of(scores),
        marks=Marks.of(frames, states, kinds, ("flickering",)),
        selected=np.array(selected, np.int64),
        lanes=Content().lane_scene(None),
        bounds=None,
        theme=theme,
        font=QApplication.font(),
    )
    painter = QPainter(image)
    paint_layer(painter, scene)
    painter.end()
    return rgb(image)


def overlay(layout: TimelineLayout, playhead: int, hover: int | None = None) -> NDArray[np.int64]:
    image = target()
    painter = QPainter(image)
    note = "" if hover is None else "frame 1 204 · 0:48.160 · score 1.00"
    font = QApplication.font()
    paint_overlay(painter, OverlayScene(layout, playhead, hover, note, DARK, font))
    painter.end()
    return rgb(image)


def part(pixels: NDArray[np.int64], where: Rect, ratio: float = 1) -> NDArray[np.int64]:
    edges = (where.y, where.bottom, where.x, where.right)
    top, bottom, left, right = (round(edge * ratio) for edge in edges)
    return pixels[top:bottom, left:right]


def flat(n: int, score: float = 0.5) -> NDArray[np.float32]:
    return np.full(n, score, dtype=np.float32)


@pytest.mark.parametrize("spike", [0, 123_456, 999_999])
@pytest.mark.parametrize("ratio", [1, 2])
def test_one_frame_in_a_million_is_visible(spike: int, ratio: float) -> None:
    scores = flat(1_000_000)
    scores[spike] = 1.0
    layout = TimelineLayout.whole(1_000_000, WIDTH)
    for where in (layout.strip, layout.minimap):
        strip = part(layer(layout, scores, ratio=ratio), where, ratio)
        top = near(strip, "#fee838")[1]
        assert 1 <= np.count_nonzero(top) <= 2
        assert abs(int(top.argmax()) / len(top) - spike / 1_000_000) < 0.01


def test_bars_have_the_colour_of_their_score() -> None:
    strip = part(layer(TimelineLayout.whole(1000, WIDTH), flat(1000)), Rect(12, 28, 800, 48))
    assert near(strip, "#7c7b78", 3)[-1].all()
    assert near(strip, DARK.well)[: 48 // 2].all()


def test_frames_without_a_score_are_hatched() -> None:
    scores = flat(1000)
    scores[500:] = np.nan
    layout = TimelineLayout.whole(1000, WIDTH)
    strip = part(layer(layout, scores), layout.strip)
    hatching = near(strip, DARK.well_line)
    assert not hatching[:, :400].any()
    assert 0.1 < hatching[:, 400:].mean() < 0.3
    assert not near(strip, "#7c7b78", 3)[:, 400:].any()


def test_a_score_of_zero_is_told_from_none() -> None:
    layout = TimelineLayout.whole(1000, WIDTH)
    strip = part(layer(layout, flat(1000, 0.0)), layout.strip)
    assert near(strip, "#00224e")[-1].all()
    assert not near(strip, DARK.well_line).any()


def test_wide_frames_stand_apart() -> None:
    image = strip_image(ScorePyramid.of(flat(10, 1.0)), (0.0, 10.0), (200, 20), 1, DARK)
    row = near(rgb(image), DARK.well)[5]
    assert np.flatnonzero(row).tolist() == list(range(19, 200, 20))


@pytest.mark.parametrize("state", list(MarkState))
def test_marks_have_the_colour_and_place_of_their_state(state: MarkState) -> None:
    layout = TimelineLayout.whole(100, WIDTH)
    pixels = part(layer(layout, flat(100), [(50, state)]), layout.marks)
    columns = np.flatnonzero(near(pixels, COLOURS[state], 40).any(axis=0))
    assert columns.mean() == pytest.approx(layout.x_of(50) - MARGIN, abs=1.5)
    others = set(COLOURS.values()) - {COLOURS[state]}
    assert not any(near(pixels, colour, 10).any() for colour in others)


def test_marks_differ_in_shape() -> None:
    layout = TimelineLayout.whole(100, WIDTH)
    above_the_middle = {}
    for state in MarkState:
        pixels = part(layer(layout, flat(100), [(50, state)], ratio=2), layout.marks, 2)
        shape = near(pixels, COLOURS[state], 60)
        inked_rows = np.flatnonzero(shape.any(axis=1))
        above_the_middle[state] = shape[inked_rows[len(inked_rows) // 6]]
    stretches = {
        state: np.count_nonzero(np.diff(row.astype(int)) == 1)
        for state, row in above_the_middle.items()
    }
    hollow = above_the_middle.pop(MarkState.EDITED)
    assert stretches.pop(MarkState.EDITED) == 1
    assert stretches == {MarkState.TO_DO: 1, MarkState.ACCEPTED: 1, MarkState.REJECTED: 2}
    # A diamond begins in a point, a disc does not, and a square begins as wide as it is.
    widths = {state: int(row.sum()) for state, row in above_the_middle.items()}
    assert widths[MarkState.ACCEPTED] >= 1.4 * widths[MarkState.TO_DO]
    assert hollow.sum() >= 1.2 * widths[MarkState.ACCEPTED]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_ruler_is_written_in_the_theme_s_text_colour(theme: Theme) -> None:
    layout = TimelineLayout.whole(1000, WIDTH)
    ruler = part(layer(layout, flat(1000), theme=theme), layout.ruler)
    assert near(ruler, theme.text, 60).sum() > 50
    assert near(ruler, theme.window).mean() > 0.6


def test_the_minimap_dims_what_is_out_of_view() -> None:
    layout = TimelineLayout(1000, 400.0, 600.0, WIDTH)
    minimap = part(layer(layout, flat(1000, 1.0)), layout.minimap)
    brightness = minimap.sum(axis=2).mean(axis=0)
    assert brightness[330:470].min() > 1.5 * brightness[:310].max()


def test_a_tiny_window_on_the_minimap_can_still_be_seen() -> None:
    layout = TimelineLayout(1_000_000, 500_000.0, 500_050.0, WIDTH)
    minimap = part(layer(layout, flat(1_000_000, 0.0)), layout.minimap)
    assert near(minimap, DARK.well_text, 60).any(axis=0).sum() >= 4


def test_the_playhead_is_one_sharp_white_column() -> None:
    layout = TimelineLayout.whole(1000, WIDTH)
    below_its_handle = part(overlay(layout, 500), layout.strip)[8:]
    columns = np.flatnonzero(near(below_its_handle, "#ffffff", 1).all(axis=0))
    assert columns.tolist() == [int(layout.x_of(500) - MARGIN)]


def test_a_playhead_out_of_view_is_on_the_minimap_only() -> None:
    layout = TimelineLayout(1000, 0.0, 100.0, WIDTH)
    pixels = overlay(layout, 500)
    assert not near(part(pixels, layout.strip), "#ffffff", 1).any()
    assert near(part(pixels, layout.minimap), "#ffffff", 1).any()


@pytest.mark.parametrize("frame", [0, 500, 999])
def test_the_note_is_near_the_mouse_and_inside_the_widget(frame: int) -> None:
    layout = TimelineLayout.whole(1000, WIDTH)
    note = np.flatnonzero(near(overlay(layout, 0, frame), DARK.well_raised).any(axis=0))
    x = layout.x_of(frame)
    assert note.min() >= 0
    assert note.max() < WIDTH
    assert min(abs(note.min() - x), abs(note.max() - x)) < 16


def test_the_note_hides_no_score() -> None:
    layout = TimelineLayout.whole(1000, WIDTH)
    pixels = overlay(layout, 0, 500)
    assert near(part(pixels, layout.ruler), DARK.well_raised).any()
    assert not near(part(pixels, layout.strip), DARK.well_raised).any()


def test_the_empty_timeline_says_so() -> None:
    def empty(message: str) -> QImage:
        image = target()
        painter = QPainter(image)
        paint_empty(painter, TimelineLayout.whole(1, WIDTH), LIGHT, message)
        painter.end()
        return image

    assert empty("Open a video") != empty("")
    assert not near(rgb(empty("Open a video")), "#ff00ff").any()
