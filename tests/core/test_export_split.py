"""Splitting for training and validation without a leak."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ExportError
from core.export.plan import plan_export
from core.export.request import ExportRequest
from core.export.split import GUARD, parts_of
from tests.core.exporting import empty_source, frames_in, source_with

TIME = ExportRequest(scope="all", val=0.25)


def test_the_end_is_for_validation_with_a_guard_before_it() -> None:
    plan = plan_export([empty_source(count=100, rate=10)], TIME)
    train, val = (frames_in(plan, lambda s, _, w=split: s == w) for split in ("train", "val"))
    assert val == list(range(75, 100))
    assert train == list(range(66))
    assert plan.guarded == 9
    assert plan.counts.by_split == {"train": 66, "val": 25}


def test_at_least_one_frame_is_left_out_however_slow_the_video_is() -> None:
    seconds = np.arange(8) * 5.0
    (parts,) = parts_of([range(8)], [seconds], 0.5, "time")
    assert [(p.split, p.frames.start, p.frames.stop) for p in parts] == [
        ("train", 0, 3), ("val", 4, 8),
    ]  # fmt: skip


def test_context_never_crosses() -> None:
    source = source_with({}, count=100, rate=10, selected=[10, 30, 64, 75, 90])
    plan = plan_export([source], ExportRequest(scope="selected", val=0.4, neighbours=15))
    train, val = (frames_in(plan, lambda s, _, w=split: s == w) for split in ("train", "val"))
    assert (train[0], train[-1]) == (0, 65)
    assert val == list(range(75, 100))
    assert frames_in(plan, lambda _, context: not context) == [10, 30, 64, 75, 90]


def test_whole_videos_are_for_validation_as_many_as_come_nearest_to_the_share() -> None:
    sources = [empty_source(f"{n}.mp4", count) for n, count in enumerate([40, 30, 20, 10])]
    for val, expected in ((0.1, {3}), (0.25, {2, 3}), (0.35, {2, 3}), (0.9, {1, 2, 3})):
        plan = plan_export(sources, replace(TIME, val=val, split_by="video"))
        assert {f.video for f in plan.labeled.frames if f.split == "val"} == expected
        assert {f.video for f in plan.labeled.frames if f.split == "train"} == {
            0,
            1,
            2,
            3,
        } - expected
    assert plan.guarded == 0


def test_many_videos_with_few_frames_give_their_share() -> None:
    sources = [source_with({}, path=f"{n}.mp4", count=90, selected=[5, 80]) for n in range(10)]
    plan = plan_export(sources, ExportRequest(scope="selected", val=0.2))
    assert plan.counts.by_split == {"train": 16, "val": 4}


@pytest.mark.parametrize(
    ("count", "rate", "change", "sentence"),
    [
        (1, 25, {}, "One frame cannot be split"),
        (20, 25, {}, "Nothing is left for training: all other frames are within 1 second"),
        (20, 25, {"split_by": "video"}, "One video cannot be split by video"),
    ],
)
def test_a_part_that_would_be_empty_is_a_sentence(
    count: int, rate: int, change: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ExportError, match=sentence):
        plan_export([empty_source(count=count, rate=rate)], replace(TIME, **change))  # type: ignore[arg-type]


@st.composite
def videos(draw: st.DrawFn) -> tuple[list[list[int]], list[np.ndarray]]:
    """Chosen frames of some videos whose frames come at uneven times."""
    chosen, seconds = [], []
    for _ in range(draw(st.integers(1, 4))):
        steps = draw(st.lists(st.floats(0.01, 3.0), min_size=1, max_size=40))
        seconds.append(np.cumsum(steps))
        frames = draw(st.sets(st.integers(0, len(steps) - 1), min_size=1))
        chosen.append(sorted(frames))
    return chosen, seconds


@settings(max_examples=80, deadline=None)
@given(videos(), st.floats(0.01, 0.99), st.sampled_from(["time", "video"]))
def test_nothing_leaks_and_neither_part_is_empty(
    given_: tuple[list[list[int]], list[np.ndarray]], val: float, by: str
) -> None:
    chosen, seconds = given_
    try:
        parts = parts_of(chosen, seconds, val, by)  # type: ignore[arg-type]
    except ExportError:
        return
    assert parts == parts_of(chosen, seconds, val, by)  # type: ignore[arg-type]
    seen = set()
    for frames, times, its in zip(chosen, seconds, parts, strict=True):
        where = {p.split: range(p.frames.start, p.frames.stop) for p in its}
        seen |= {split for split, part in where.items() if set(frames) & set(part)}
        train, kept = where.get("train", range(0)), where.get("val", range(0))
        if len(train) and len(kept):
            assert train[-1] + 1 < kept[0]
            assert times[kept[0]] - times[train[-1]] >= GUARD - 1e-6
        assert set(frames) & set(kept) == {f for f in frames if kept and f >= kept[0]}
    assert seen == {"train", "val"}
