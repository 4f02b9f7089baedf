"""Box arithmetic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.boxes import Boxes, area, clip, iou_matrix, paired_iou, truncated_xyxy

COORDINATE = st.floats(-50, 2000, width=32, allow_subnormal=False)


@st.composite
def boxes(draw: st.DrawFn, min_size: int = 0, max_size: int = 8, grid: bool = False) -> Boxes:
    """Boxes that are not inside out, of any size, 0 included."""
    element = st.integers(0, 60).map(float) if grid else COORDINATE
    count = draw(st.integers(min_size, max_size))
    corners = draw(hnp.arrays(np.float32, (count, 2, 2), elements=element))
    return np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)


def plain_iou(a: Boxes, b: Boxes) -> float:
    """IoU of two boxes on a pixel grid, by counting pixels."""
    grid = np.zeros((2, 64, 64), bool)
    for layer, (x0, y0, x1, y1) in enumerate(np.array([a, b], int)):
        grid[layer, y0:y1, x0:x1] = True
    union = np.logical_or(*grid).sum()
    return float(np.logical_and(*grid).sum() / union) if union else 0.0


@given(boxes(), boxes())
def test_iou_is_symmetric_and_within_bounds(left: Boxes, right: Boxes) -> None:
    forward = iou_matrix(left, right)
    assert forward.shape == (len(left), len(right))
    assert np.array_equal(forward, iou_matrix(right, left).T)
    assert (forward >= 0).all()
    assert (forward <= 1 + 1e-12).all()


@given(boxes(min_size=1, grid=True), boxes(min_size=1, grid=True))
def test_iou_is_the_share_of_common_pixels(left: Boxes, right: Boxes) -> None:
    expected = [[plain_iou(a, b) for b in right] for a in left]
    assert iou_matrix(left, right) == pytest.approx(np.array(expected), abs=1e-12)


@given(boxes())
def test_a_box_with_area_has_iou_one_with_itself_and_an_empty_one_zero(some: Boxes) -> None:
    filled = area(some) > 0
    assert np.array_equal(paired_iou(some, some), filled.astype(float))


@given(boxes(min_size=3, max_size=3), boxes(min_size=3, max_size=3))
def test_paired_iou_is_the_diagonal_of_the_matrix(left: Boxes, right: Boxes) -> None:
    assert np.array_equal(paired_iou(left, right), np.diagonal(iou_matrix(left, right)))


def test_iou_knows_known_values() -> None:
    a = np.array([[0, 0, 10, 10]])
    b = np.array([[5, 0, 15, 10], [10, 0, 20, 10], [0, 0, 5, 5], [20, 20, 30, 30]])
    assert iou_matrix(a, b).tolist() == [[50 / 150, 0.0, 0.25, 0.0]]


def test_area_of_a_box_turned_inside_out_is_zero() -> None:
    assert area(np.array([[10, 10, 0, 0], [10, 0, 0, 5], [1, 2, 4, 8]])).tolist() == [0, 0, 18]


@given(boxes(), st.integers(1, 1920), st.integers(1, 1080))
def test_clipped_boxes_lie_in_the_picture_and_inner_ones_stay(
    some: Boxes, width: int, height: int
) -> None:
    cut = clip(some, width, height)
    assert cut.dtype == some.dtype
    assert (cut >= 0).all()
    assert (cut[:, 0::2] <= width).all()
    assert (cut[:, 1::2] <= height).all()
    assert np.array_equal(clip(cut, width, height), cut)
    inside = (some >= 0).all(axis=1) & (some[:, 2] <= width) & (some[:, 3] <= height)
    assert np.array_equal(cut[inside], some[inside])


@given(boxes())
def test_truncation_is_of_corner_and_size_apart(some: Boxes) -> None:
    result = truncated_xyxy(some)
    assert result.dtype == np.int64
    for (x0, y0, x1, y1), got in zip(some.astype(float).tolist(), result.tolist(), strict=True):
        assert got == [int(x0), int(y0), int(x0) + int(x1 - x0), int(y0) + int(y1 - y0)]


def test_truncation_of_the_size_is_not_truncation_of_the_far_corner() -> None:
    assert truncated_xyxy(np.array([[0.9, 0.9, 2.1, 2.1]])).tolist() == [[0, 0, 1, 1]]
