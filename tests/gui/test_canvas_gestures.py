"""Gestures from press to release; no Qt."""

from __future__ import annotations

import pytest

from gui.canvas.editing import Handle
from gui.canvas.gestures import Click, Draw, Edit, Pan
from gui.canvas.layout import ViewTransform
from gui.canvas.types import Box, Point

SIZE = (640.0, 360.0)
BOX: Box = (100.0, 100.0, 200.0, 150.0)
VIEW = ViewTransform(2.0, 10.0, 20.0)


def test_a_pan_adds_up_and_can_be_taken_back() -> None:
    moves: list[Point] = []
    pan = Pan((10, 10), lambda dx, dy: moves.append((dx, dy)))
    pan.move((15, 10))
    pan.end((20, 30))
    assert moves == [(5, 0), (5, 20)]
    pan.cancel()
    assert (sum(x for x, _ in moves), sum(y for _, y in moves)) == (0, 0)


def test_an_edit_follows_the_mouse_in_image_pixels() -> None:
    shown: list[Box] = []
    edit = Edit((410, 220), BOX, Handle.RIGHT, SIZE, VIEW.to_image, shown.append)
    edit.move((430, 300))
    assert shown == [(100, 100, 210, 150)]
    edit.end((390, 220))
    assert shown[-1] == (100, 100, 190, 150)
    edit.cancel()
    assert shown[-1] == BOX


def test_a_drawn_box_is_told_once_at_the_end() -> None:
    shown: list[Box | None] = []
    drawn: list[Box] = []
    draw = Draw((210, 220), SIZE, VIEW.to_image, shown.append, drawn.append)
    draw.move((250, 260))
    assert shown == [(100, 100, 120, 120)]
    assert not drawn
    draw.end((190, 200))
    assert shown[-1] is None
    assert drawn == [(90, 90, 100, 100)]


@pytest.mark.parametrize("end", [(210.0, 220.0), (213.0, 400.0), (400.0, 223.0)])
def test_a_drawing_under_two_pixels_is_a_slip(end: Point) -> None:
    drawn: list[Box] = []
    draw = Draw((210, 220), SIZE, VIEW.to_image, lambda box: None, drawn.append)
    draw.end(end)
    assert not drawn


def test_a_cancelled_drawing_leaves_nothing() -> None:
    shown: list[Box | None] = []
    drawn: list[Box] = []
    draw = Draw((210, 220), SIZE, VIEW.to_image, shown.append, drawn.append)
    draw.move((250, 260))
    draw.cancel()
    assert shown[-1] is None
    assert not drawn


def test_a_press_that_stays_is_a_click() -> None:
    clicks: list[Point] = []
    click = Click((10, 10), clicks.append, 10)
    click.move((13, 12))
    click.end((12, 12))
    assert clicks == [(12, 12)]


def test_a_press_that_goes_and_comes_back_is_a_drag() -> None:
    clicks: list[Point] = []
    moves: list[Point] = []
    pan = Pan((10, 10), lambda dx, dy: moves.append((dx, dy)))
    click = Click((10, 10), clicks.append, 10, pan)
    click.move((13, 12))
    assert not moves
    click.move((40, 10))
    click.move((11, 10))
    click.end((11, 10))
    assert not clicks
    assert sum(x for x, _ in moves) == 1
    click.cancel()
    assert sum(x for x, _ in moves) == 0
