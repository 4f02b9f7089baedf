"""Where the picture and its labels lie; no Qt."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.canvas.layout import (
    KEPT_IN_VIEW,
    MAX_SCALE,
    ViewTransform,
    box_at,
    fit,
    intersection,
    place_labels,
    scale_limits,
)
from gui.canvas.types import Box, BoxState, CanvasBox

sizes = st.tuples(st.integers(1, 4000), st.integers(1, 4000)).map(lambda s: (float(s[0]), s[1]))
places = st.floats(-500, 500)
points = st.tuples(places, places)
views = st.builds(ViewTransform, scale=st.floats(0.05, MAX_SCALE), dx=places, dy=places)

UNIT: Box = (0.0, 0.0, 1.0, 1.0)
BOUNDS: Box = (0.0, 0.0, 640.0, 360.0)


def box(
    xyxy: Box,
    *,
    key: object = None,
    focused: bool = False,
    state: BoxState = BoxState.DETECTION,
) -> CanvasBox:
    return CanvasBox(xyxy, "car 0.93", state, focused=focused, key=key)


@given(sizes, sizes)
def test_fit_shows_all_and_fills_one_side(
    image: tuple[float, float], widget: tuple[float, float]
) -> None:
    view = fit(image, widget)
    x1, y1, x2, y2 = view.to_widget((0, 0, *image))
    assert x1 >= -0.5
    assert y1 >= -0.5
    assert x2 <= widget[0] + 0.5
    assert y2 <= widget[1] + 0.5
    filled = max((x2 - x1) / widget[0], (y2 - y1) / widget[1])
    assert filled == pytest.approx(1) or view.scale == MAX_SCALE


def test_fit_of_nothing_is_1_to_1() -> None:
    assert fit((0, 0), (640, 360)) == ViewTransform(1.0, 0.0, 0.0)


@given(views, points)
def test_to_image_undoes_to_widget(view: ViewTransform, point: tuple[float, float]) -> None:
    x, y, _, _ = view.to_widget((*point, *point))
    assert view.to_image((x, y)) == pytest.approx(point, abs=1e-6)


@given(views, points, st.floats(0.01, 100))
def test_zoom_holds_what_is_under_the_cursor(
    view: ViewTransform, cursor: tuple[float, float], factor: float
) -> None:
    zoomed = view.zoomed_about(cursor, factor, (0.05, MAX_SCALE))
    assert 0.05 <= zoomed.scale <= MAX_SCALE
    # In image pixels: a thousandth of a widget pixel at the smallest scale.
    assert zoomed.to_image(cursor) == pytest.approx(view.to_image(cursor), abs=0.02)


@given(sizes, sizes, views)
def test_no_pan_loses_the_picture(
    image: tuple[float, float], widget: tuple[float, float], view: ViewTransform
) -> None:
    kept = view.kept_in_view(image, widget)
    x1, y1, x2, y2 = kept.to_widget((0, 0, *image))
    across = min(x2, widget[0]) - max(x1, 0)
    down = min(y2, widget[1]) - max(y1, 0)
    assert across >= min(KEPT_IN_VIEW, x2 - x1, widget[0]) - 1e-6
    assert down >= min(KEPT_IN_VIEW, y2 - y1, widget[1]) - 1e-6
    assert kept.kept_in_view(image, widget) == kept


def test_a_view_that_shows_enough_is_left_alone() -> None:
    view = ViewTransform(1.0, 30.0, -20.0)
    assert view.kept_in_view((640, 360), (640, 360)) == view


def test_limits_allow_a_small_picture_at_1_to_1_and_a_large_one_whole() -> None:
    assert scale_limits((100, 100), (1000, 1000))[0] == 0.5
    assert scale_limits((4000, 4000), (1000, 1000))[0] == 0.125


def test_the_smallest_box_is_hit() -> None:
    outer, inner = box((0, 0, 100, 100), key="outer"), box((40, 40, 60, 60), key="inner")
    for order in ([outer, inner], [inner, outer]):
        hit = box_at(order, (50, 50), 0)
        assert hit is inner
    assert box_at([outer, inner], (10, 10), 0) is outer


def test_the_focused_box_is_hit_before_a_smaller_one() -> None:
    outer, inner = box((0, 0, 100, 100), focused=True), box((40, 40, 60, 60))
    assert box_at([inner, outer], (50, 50), 0) is outer


def test_tolerance_widens_boxes() -> None:
    only = box((10, 10, 20, 20))
    assert box_at([only], (22, 15), 1) is None
    assert box_at([only], (22, 15), 2) is only


def test_a_label_goes_above_its_box() -> None:
    (spot,) = place_labels(
        [box((0, 0, 1, 1))], [(100, 100, 200, 200)], [(60, 16)], (0, 0, 640, 360)
    )
    assert spot is not None
    assert spot[3] < 100
    assert spot[0] == 100


def test_a_label_goes_below_where_there_is_no_room_above() -> None:
    (spot,) = place_labels([box(UNIT)], [(100, 5, 200, 90)], [(60, 16)], BOUNDS)
    assert spot is not None
    assert spot[1] > 90


def test_a_box_out_of_view_has_no_label() -> None:
    rects: list[Box] = [(-300, 0, -200, 100)]
    assert place_labels([box(UNIT)], rects, [(60, 16)], BOUNDS) == [None]


def test_crowded_labels_leave_the_focused_and_the_undecided() -> None:
    rect = (100.0, 100.0, 130.0, 120.0)
    boxes = [
        box(rect),
        *(box(rect, state=BoxState.ACCEPTED) for _ in range(6)),
        box(rect, state=BoxState.IMPUTED),
        box(rect, focused=True),
    ]
    spots = place_labels(boxes, [rect] * 9, [(60.0, 16.0)] * 9, BOUNDS)
    assert spots[-1] is not None
    assert spots[-2] is not None
    assert None in spots


corners = st.tuples(
    st.floats(-200, 800), st.floats(-200, 600), st.floats(1, 300), st.floats(1, 300)
)


@given(st.lists(corners, max_size=12))
def test_labels_stay_inside_and_apart(found: list[tuple[float, float, float, float]]) -> None:
    rects: list[Box] = [(x, y, x + w, y + h) for x, y, w, h in found]
    spots = place_labels([box(r) for r in rects], rects, [(60.0, 16.0)] * len(rects), BOUNDS)
    shown = [spot for spot in spots if spot is not None]
    for x1, y1, x2, y2 in shown:
        assert x1 >= 0
        assert y1 >= 0
        assert x2 <= 640
        assert y2 <= 360
    assert not any(intersection(a, b) for a, b in combinations(shown, 2))
    if any(intersection(rect, BOUNDS) for rect in rects):
        assert shown
