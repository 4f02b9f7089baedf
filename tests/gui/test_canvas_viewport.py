"""What the view does when picture, widget or zoom change; no Qt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.canvas.layout import ZOOM_STOPS, ViewTransform, close_up, next_stop, scale_limits
from gui.canvas.types import Box, Size
from gui.canvas.viewport import Viewport

lengths = st.integers(1, 4000).map(float)
sizes = st.tuples(lengths, lengths)
ratios = st.sampled_from([1.0, 1.25, 1.5, 1.75, 2.0, 3.0])


def viewport(image: Size = (640, 360), room: Size = (640, 360), ratio: float = 1.0) -> Viewport:
    result = Viewport()
    result.resize(room, ratio)
    result.show(image)
    return result


@given(sizes, sizes, ratios)
def test_1_to_1_is_exact_on_every_display(image: Size, room: Size, ratio: float) -> None:
    shown = viewport(image, room, ratio)
    shown.zoom_to(1.0)
    view = shown.view
    assert view.scale * ratio == pytest.approx(1, rel=1e-12)
    for offset in (view.dx, view.dy):
        assert offset * ratio == pytest.approx(round(offset * ratio), abs=1e-6)


def test_panning_keeps_pixels_on_pixels() -> None:
    shown = viewport((4000, 2000), ratio=1.5)
    shown.zoom_to(2.0)
    shown.pan(-10.3, 7.9)
    for offset in (shown.view.dx, shown.view.dy):
        assert offset * 1.5 == pytest.approx(round(offset * 1.5), abs=1e-6)


def test_between_whole_zooms_the_view_is_left_where_it_is() -> None:
    view = ViewTransform(1.3, 0.25, 0.75)
    assert view.on_pixels(1.0) == view
    assert view.on_pixels(2.0) == view
    assert ViewTransform(0.001, 0.25, 0.75).on_pixels(1.0) == ViewTransform(0.001, 0.25, 0.75)


def test_steps_halt_at_1_to_1_from_both_sides() -> None:
    shown = viewport((1920, 1080), (700, 500), 2.0)
    scales = []
    for _ in range(2):
        shown.step(closer=True)
        scales.append(shown.view.scale * 2)
    assert scales == pytest.approx([1.0, 1.5])
    shown.step(closer=False)
    assert shown.view.scale * 2 == pytest.approx(1.0)


@given(st.floats(0.01, 200))
def test_a_step_goes_its_way_or_stays_at_the_end(scale: float) -> None:
    closer, farther = next_stop(scale, closer=True), next_stop(scale, closer=False)
    assert closer > scale or closer == ZOOM_STOPS[-1]
    assert farther < scale or farther == ZOOM_STOPS[0]


def test_a_view_once_chosen_outlives_a_change_of_size_and_a_fit_follows_it() -> None:
    shown = viewport()
    shown.resize((1280, 720), 1.0)
    assert shown.view.scale == 2
    shown.zoom_by(1.5)
    shown.resize((640, 360), 1.0)
    assert shown.view.scale == 3
    shown.fit()
    assert shown.view.scale == 1


def test_a_close_up_follows_a_change_of_size() -> None:
    shown = viewport()
    box: Box = (300, 160, 340, 190)
    shown.focus_on(box)
    assert shown.view == close_up(box, (640, 360), (640, 360))
    shown.resize((320, 180), 1.0)
    assert shown.view == close_up(box, (640, 360), (320, 180))


def test_a_close_up_fills_a_third_with_the_box_in_the_middle() -> None:
    x1, y1, x2, y2 = close_up((300, 160, 340, 175), (640, 360), (600, 300)).to_widget(
        (300, 160, 340, 175)
    )
    assert x2 - x1 == pytest.approx(200)
    assert ((x1 + x2) / 2, (y1 + y2) / 2) == pytest.approx((300, 150))


@given(sizes, sizes, st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0.001, 0.1))
def test_a_close_up_shows_the_box_and_no_ground_it_can_spare(
    image: Size, room: Size, left: float, top: float, side: float
) -> None:
    x1, y1 = left * image[0], top * image[1]
    box = (x1, y1, x1 + side * image[0], y1 + side * image[1])
    view = close_up(box, image, room)
    picture, shown = view.to_widget((0, 0, *image)), view.to_widget(box)
    for low, high, extent in ((0, 2, room[0]), (1, 3, room[1])):
        assert shown[low] >= -0.51
        assert shown[high] <= extent + 0.51
        if picture[high] - picture[low] >= extent:
            assert picture[low] <= 0.51
            assert picture[high] >= extent - 0.51


def test_what_is_visible() -> None:
    shown = viewport()
    assert shown.visible() == (0, 0, 640, 360)
    shown.zoom_by(2.0, (0.0, 0.0))
    assert shown.visible() == (0, 0, 320, 180)


def test_a_dense_display_may_zoom_out_to_1_to_1() -> None:
    assert scale_limits((100, 100), (1000, 1000), 3.0)[0] < 1 / 3


def test_without_a_picture_nothing_moves() -> None:
    shown = Viewport()
    shown.resize((640, 360), 1.0)
    before = shown.view
    shown.zoom_by(2.0)
    shown.pan(10, 10)
    shown.step(closer=True)
    shown.fit()
    shown.focus_on((0, 0, 10, 10))
    assert shown.view == before
