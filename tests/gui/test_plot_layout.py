"""Data to pixels and back, zoom, cards, and which points are near or inside; no Qt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gui.plot.colours import GREY, OKABE_ITO, Colours
from gui.plot.layout import EDGE, MARGIN, MOST_ZOOM, Bounds, PlotLayout, card_place, flowed
from gui.plot.points import Points

shares = st.floats(0, 1)
pairs = st.tuples(shares, shares)


@st.composite
def layouts(draw: st.DrawFn) -> PlotLayout:
    """Any view of any data."""
    left, bottom = draw(pairs)
    bounds = Bounds(left, bottom, left + draw(shares), bottom + draw(shares))
    size = draw(st.tuples(st.floats(60, 3000), st.floats(60, 3000)))
    layout = PlotLayout.fitted(size, bounds)
    at = draw(shares) * size[0], draw(shares) * size[1]
    layout = layout.zoomed_about(at, draw(st.floats(0.1, 1000)))
    return layout.panned(draw(st.floats(-1e4, 1e4)), draw(st.floats(-1e4, 1e4)))


@given(layouts(), pairs)
def test_to_data_undoes_to_widget(layout: PlotLayout, point: tuple[float, float]) -> None:
    assert layout.to_data(layout.to_widget(point)) == pytest.approx(point, abs=1e-6)


@given(layouts())
def test_up_in_the_data_is_up_on_the_screen(layout: PlotLayout) -> None:
    assert layout.to_widget((0, 1))[1] < layout.to_widget((0, 0))[1]


@given(st.tuples(st.floats(60, 3000), st.floats(60, 3000)), pairs, pairs)
def test_a_fitted_view_holds_all_points(
    size: tuple[float, float], one: tuple[float, float], other: tuple[float, float]
) -> None:
    x, y = zip(one, other, strict=True)
    layout = PlotLayout.fitted(size, Bounds(min(x), min(y), max(x), max(y)))
    assert layout.is_fitted
    assert all(layout.contains(layout.to_widget(point), MARGIN - 0.01) for point in (one, other))


@given(layouts(), pairs, st.floats(0.5, 2))
def test_zoom_holds_what_is_under_the_mouse(
    layout: PlotLayout, share: tuple[float, float], factor: float
) -> None:
    at = share[0] * layout.size[0], share[1] * layout.size[1]
    zoomed = layout.zoomed_about(at, factor)
    middle = zoomed.to_data((layout.size[0] / 2, layout.size[1] / 2))
    of = layout.bounds
    at_an_end = (
        min(abs(middle[0] - of.left), abs(middle[0] - of.right)) < 1e-6
        or min(abs(middle[1] - of.bottom), abs(middle[1] - of.top)) < 1e-6
    )
    held = zoomed.to_widget(layout.to_data(at)) == pytest.approx(at, abs=0.1)
    assert held or at_an_end


@given(layouts(), st.floats(0.001, 1000))
def test_zoom_has_ends(layout: PlotLayout, factor: float) -> None:
    zoomed = layout.zoomed_about((1, 1), factor)
    assert 1 - 1e-6 <= zoomed.magnification <= MOST_ZOOM * (1 + 1e-6)


@given(layouts())
def test_the_middle_of_the_view_never_leaves_the_points(layout: PlotLayout) -> None:
    x, y = layout.to_data((layout.size[0] / 2, layout.size[1] / 2))
    of = layout.bounds
    assert of.left - 1e-6 <= x <= of.right + 1e-6
    assert of.bottom - 1e-6 <= y <= of.top + 1e-6


@given(layouts(), st.sampled_from([1.0, 1.25, 1.5, 2.0]))
def test_on_pixels_moves_by_less_than_one(layout: PlotLayout, ratio: float) -> None:
    snapped = layout.on_pixels(ratio)
    assert abs(snapped.x - layout.x) <= 0.51 / ratio
    assert snapped.x * ratio == pytest.approx(round(snapped.x * ratio))


def test_resizing_keeps_all_in_view_or_the_same_in_the_middle() -> None:
    fitted = PlotLayout.fitted((400, 300), Bounds(0, 0, 1, 1))
    assert fitted.resized((800, 600)) == PlotLayout.fitted((800, 600), fitted.bounds)
    closer = fitted.zoomed_about((120, 90), 4)
    resized = closer.resized((800, 500))
    assert resized.scale == closer.scale
    assert resized.to_data((400, 250)) == pytest.approx(closer.to_data((200, 150)))


def test_showing_moves_only_if_it_must() -> None:
    layout = PlotLayout.fitted((400, 300), Bounds(0, 0, 1, 1)).zoomed_about((200, 150), 8)
    assert layout.showing((0.5, 0.5)) is layout
    assert layout.showing((1.0, 1.0)).to_widget((1.0, 1.0)) == pytest.approx((200, 150))


def test_points_grow_with_the_room_that_they_have() -> None:
    layout = PlotLayout.fitted((1000, 700), Bounds(0, 0, 1, 1))
    assert layout.dot(100_000) == 3
    assert layout.dot(50) == 9
    assert layout.zoomed_about((500, 350), 20).dot(100_000) == 9


@given(pairs, st.floats(20, 250), st.floats(20, 120))
def test_a_card_stays_in_the_widget_and_off_its_point(
    share: tuple[float, float], width: float, height: float
) -> None:
    at = share[0] * 640, share[1] * 400
    x, y = card_place(at, (width, height), (640, 400))
    assert EDGE <= x <= 640 - EDGE - width
    assert EDGE <= y <= 400 - EDGE - height
    assert not (x <= at[0] <= x + width and y <= at[1] <= y + height)


def test_a_card_without_room_beside_its_point_lies_below_or_above() -> None:
    assert card_place((100, 50), (150, 60), (200, 200)) == (25, 62)
    assert card_place((100, 150), (150, 60), (200, 200)) == (25, 78)


def test_entries_flow_into_lines() -> None:
    assert flowed([40, 40, 40, 200], 100, 10) == [(0, 0), (50, 0), (0, 1), (0, 2)]


# Points


def grid(count: int = 5) -> Points:
    """count x count points one unit apart; row = count * y + x."""
    y, x = np.divmod(np.arange(count * count), count)
    return Points(np.stack([x, y], axis=1).astype(np.float32))


def test_rows_that_are_no_numbers_are_left_out() -> None:
    points = Points(np.array([[0, 0], [np.nan, 1], [1, np.inf], [1, 1]], np.float32))
    assert points.rows.tolist() == [0, 3]
    assert points.place(1) is None
    assert points.place(4) is None
    assert points.place(3) == (1, 1)
    assert points.bounds == Bounds(0, 0, 1, 1)


@pytest.mark.parametrize("shape", [(3,), (3, 3)])
def test_points_are_pairs(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected points"):
        Points(np.zeros(shape, np.float32))


def test_the_nearest_point_within_reach() -> None:
    points, rank = grid(), np.arange(25)
    assert points.nearest((2.2, 1.1), 0.5, rank) == 7
    assert points.nearest((2.5, 1.5), 0.4, rank) is None
    assert Points(np.empty((0, 2), np.float32)).nearest((0, 0), 9, rank) is None


def test_of_points_on_one_spot_the_uppermost_is_nearest() -> None:
    points = Points(np.full((4, 2), 0.5, np.float32))
    assert points.nearest((0.5, 0.5), 0.1, np.array([0, 3, 1, 2])) == 1


@pytest.mark.parametrize(("way", "row"), [((1, 0), 13), ((-1, 0), 11), ((0, 1), 17), ((0, -1), 7)])
def test_the_next_point_in_a_direction(way: tuple[float, float], row: int) -> None:
    assert grid().toward((2, 2), way, 0.1) == row


def test_a_step_is_as_long_as_asked_if_it_can_be() -> None:
    points = grid()
    assert points.toward((0, 0), (1, 0), 2.5) == 3
    assert points.toward((3, 0), (1, 0), 2.5) == 4
    assert points.toward((4, 0), (1, 0), 0.1) is None


def goes_round(polygon: NDArray[np.float64], point: NDArray[np.float64]) -> bool:
    """By the sum of the angles under which a point sees the edges."""
    seen = polygon - point
    angles = np.arctan2(seen[:, 1], seen[:, 0])
    turns = (np.roll(angles, -1) - angles + np.pi) % (2 * np.pi) - np.pi
    return bool(round(turns.sum() / (2 * np.pi)) != 0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(3, 40))
def test_a_lasso_holds_what_it_goes_round(seed: int, corners: int) -> None:
    random = np.random.default_rng(seed)
    xy = random.random((60, 2)).astype(np.float32)
    polygon = random.random((corners, 2)) * 1.2 - 0.1
    inside = Points(xy).inside(polygon).tolist()
    assert inside == [
        row for row, point in enumerate(xy.astype(np.float64)) if goes_round(polygon, point)
    ]


def test_a_lasso_tells_rows_and_not_places_among_those_that_are_numbers() -> None:
    xy = np.array([[np.nan, 0], [0.5, 0.5], [2, 2], [0.4, 0.5]], np.float32)
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    assert Points(xy).inside(square).tolist() == [1, 3]


# Colours


def test_high_scores_are_drawn_last_and_unknown_ones_first() -> None:
    scores = np.array([0.9, np.nan, 0.1, 1.0], np.float32)
    palette = Colours(title="Flickering", scores=scores).palette
    assert palette.order.tolist() == [1, 2, 0, 3]
    assert palette.rank.tolist() == [2, 0, 1, 3]
    assert palette.unknown.tolist() == [False, True, False, False]
    assert [key.kind for key in palette.keys] == ["unknown"]


def test_frequent_categories_have_colours_and_the_others_are_grey() -> None:
    counts = [1, 9, 8, 7, 6, 5, 4, 3, 2]
    categories = np.repeat(np.arange(9), counts).astype(np.int16)
    names = tuple("abcdefghi")
    palette = Colours(title="Class", categories=categories, names=names).palette
    assert [key.name for key in palette.keys] == [*"bcdefgh", ""]
    assert [key.colour for key in palette.keys] == [*OKABE_ITO, GREY]
    # Grey ones lie below, and the most frequent above them.
    assert categories[palette.order[:3]].tolist() == [0, 8, 8]
    assert categories[palette.order[3]] == 1


def test_what_is_in_no_category_has_a_key_of_its_own() -> None:
    categories = np.array([0, -1, 0], np.int16)
    colours = Colours(title="Class", categories=categories, names=("car",))
    assert [key.kind for key in colours.palette.keys] == ["named", "none"]
    assert [colours.value(row) for row in range(3)] == ["car", None, "car"]


@pytest.mark.parametrize(
    ("ends", "said"),
    [((0, 1), "0.25"), ((0, 12), "3.0"), ((3, 41), "12"), ((0, 80_000), "20\u202f000")],
)
def test_scores_are_said_as_people_know_them(ends: tuple[float, float], said: str) -> None:
    scores = np.array([0.25, np.nan], np.float32)
    colours = Colours(title="Boxes", scores=scores, ends=ends)
    assert (colours.value(0), colours.value(1)) == (said, None)


def test_colours_are_scores_or_categories() -> None:
    with pytest.raises(ValueError, match="either"):
        Colours(title="nothing")
    with pytest.raises(ValueError, match="below 1"):
        Colours(title="Class", categories=np.array([1], np.int16), names=("car",))
