"""Frame ranges and the frame index."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.frames import FrameIndex, FrameRange

pts_lists = st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=40, unique=True).map(sorted)


def index_of(
    pts: list[int], keyframes: tuple[int, ...] = (0,), base: str = "1/90000"
) -> FrameIndex:
    keys = np.zeros(len(pts), np.bool_)
    keys[list(keyframes)] = True
    return FrameIndex(np.array(pts, np.int64), keys, Fraction(base))


def test_a_range_holds_its_start_but_not_its_stop() -> None:
    assert len(FrameRange(3, 7)) == 4
    assert len(FrameRange(3, 3)) == 0


@pytest.mark.parametrize(("start", "stop"), [(-1, 3), (4, 3), (-2, -1)])
def test_an_impossible_range_is_refused_with_its_bounds(start: int, stop: int) -> None:
    with pytest.raises(ValueError, match=rf"{start}\.\.{stop}"):
        FrameRange(start, stop)


def test_the_rate_is_exact() -> None:
    ntsc = index_of([1001 * i for i in range(100)], base="1/24000")
    assert ntsc.rate == Fraction(24000, 1001)
    assert ntsc.duration == pytest.approx(100 * 1001 / 24000)


def test_a_single_frame_has_rate_one() -> None:
    assert index_of([77]).rate == 1
    assert index_of([77]).duration == 1.0


@given(pts_lists)
def test_timestamps_count_from_the_first_frame(pts: list[int]) -> None:
    index = index_of(pts)
    expected = [(p - pts[0]) / 90000 for p in pts]
    assert index.timestamps().tolist() == pytest.approx(expected)
    assert [index.timestamp(i) for i in range(len(index))] == pytest.approx(expected)
    assert index.timestamp(0) == 0


@given(pts_lists, st.integers(-(10**9), 10**9))
def test_a_frame_is_found_by_its_exact_pts_alone(pts: list[int], other: int) -> None:
    index = index_of(pts)
    assert [index.frame_of_pts(p) for p in pts] == list(range(len(pts)))
    assert index.frame_of_pts(other) == (pts.index(other) if other in pts else None)
    assert index.frame_of_pts(pts[-1] + 1) is None


@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_the_keyframe_before_a_frame_is_the_last_one_not_after_it(keys: list[bool]) -> None:
    index = index_of(list(range(len(keys))), tuple(i for i, key in enumerate(keys) if key))
    for frame in range(len(keys)):
        earlier = [i for i in range(frame + 1) if keys[i]]
        assert index.keyframe_before(frame) == (earlier[-1] if earlier else 0)
