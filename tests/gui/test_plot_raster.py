"""Points as pixels."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gui.plot.raster import Group, Ink, Pixels, rasterised
from gui.plot.stamps import Shape, Stamp, stamp

GROUND, RED, BLUE = 0xFF101114, 0xFFFF0000, 0xFF0000FF
TABLE = np.array([[255, 0, 0], [0, 0, 255]], np.uint8)
SIZE = 40, 30


def made(shape: Shape, dot: float = 5, ratio: float = 1) -> Stamp:
    return stamp(shape, dot, ratio, "#101114", "#e2e4e7")


def drawn(*groups: tuple[Shape, list[tuple[float, float]], list[int]], dot: float = 5) -> Pixels:
    """Places are pixels from the bottom left corner."""
    return rasterised(
        [
            (
                Group.of(np.array(xy, np.float32), np.array(index, np.int64)),
                Ink.of(made(shape, dot), TABLE),
            )
            for shape, xy, index in groups
        ],
        SIZE,
        1.0,
        (0.0, float(SIZE[1])),
        GROUND,
    )


def test_a_point_covers_its_disc_and_nothing_else() -> None:
    pixels = drawn((Shape.DOT, [(20.5, 10.5)], [0]))
    rows, columns = np.nonzero(pixels != GROUND)
    assert pixels.shape == (30, 40)
    assert pixels[19, 20] == RED
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (17, 21, 18, 22)


def test_later_points_lie_above_earlier_ones_whole() -> None:
    places = [(20.5, 10.5), (22.5, 10.5)]
    assert drawn((Shape.DOT, places, [0, 1]))[19, 21] == BLUE
    assert drawn((Shape.DOT, places[::-1], [1, 0]))[19, 21] == RED


def test_order_holds_among_more_points_than_are_put_down_at_once() -> None:
    index = np.zeros(20_000, np.int64)
    index[-1] = 1
    place = [(20.5, 10.5)] * len(index)
    assert drawn((Shape.DOT, place, index.tolist()))[19, 20] == BLUE


def test_later_groups_lie_above() -> None:
    pixels = drawn((Shape.DOT, [(20.5, 10.5)], [0]), (Shape.SELECTED, [(20.5, 10.5)], [1]))
    assert pixels[19, 20] == BLUE


@pytest.mark.parametrize("x", [-1.5, 0.5, 39.5, 41.5])
@pytest.mark.parametrize("y", [-1.5, 0.5, 29.5, 31.5])
def test_points_beyond_an_edge_reach_into_the_picture(x: float, y: float) -> None:
    around = rasterised(
        [(Group.of(np.array([[x, y]], np.float32), np.zeros(1, np.int64)), ink())],
        (60, 50),
        1.0,
        (10.0, 40.0),
        GROUND,
    )
    assert np.array_equal(drawn((Shape.DOT, [(x, y)], [0])), around[10:40, 10:50])


def ink() -> Ink:
    return Ink.of(made(Shape.DOT), TABLE)


def test_points_far_outside_and_none_at_all_leave_the_ground() -> None:
    far = [(1e6, 5.0), (-1e6, 5.0), (5.0, 1e6)]
    assert (drawn((Shape.DOT, far, [0, 0, 0])) == GROUND).all()
    assert (rasterised([], SIZE, 1.0, (0, 0), GROUND) == GROUND).all()


def pattern(form: Stamp) -> NDArray[np.uint32]:
    """Its pixels in red, on magenta."""
    half = max(form.reach, int(np.abs(form.dy).max()))
    pixels = np.full((2 * half + 1, 2 * half + 1), 0xFFFF00FF, np.uint32)
    pixels[form.dy + half, form.dx + half] = form.colours(TABLE)[0]
    return pixels


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("dot", [3, 5, 7, 9])
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_shapes_are_symmetric(shape: Shape, dot: float, ratio: float) -> None:
    pixels = pattern(made(shape, dot, ratio))
    assert np.array_equal(pixels, pixels[::-1])
    assert np.array_equal(pixels, pixels.T)


@pytest.mark.parametrize("dot", [3, 5, 7, 9])
def test_shapes_are_told_apart_without_colour(dot: float) -> None:
    lit = []
    for shape in Shape:
        pixels = pattern(made(shape, dot))
        middle = len(pixels) // 2
        line = pixels[middle] != pixels[0, 0]
        lit.append((len(pixels), pixels[middle].tobytes(), pixels.diagonal().tobytes(), line.sum()))
    assert len({(size, line, diagonal) for size, line, diagonal, _ in lit}) == len(Shape)


@pytest.mark.parametrize("shape", [Shape.SELECTED, Shape.INCLUDED, Shape.EXCLUDED])
def test_marked_points_are_larger(shape: Shape) -> None:
    assert made(shape).reach > made(Shape.DOT).reach


def test_an_unknown_value_is_hollow() -> None:
    assert pattern(made(Shape.UNKNOWN, 9))[4, 4] == GROUND
    assert pattern(made(Shape.DOT, 9))[4, 4] == RED
