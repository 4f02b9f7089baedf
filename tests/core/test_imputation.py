"""Gaps and the boxes that belong there."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.assertions.findings import Findings
from core.assertions.thresholds import Thresholds
from core.boxes import paired_iou
from core.calibration import shipped
from core.detections import Detections, from_frames
from core.imputation import Reason, find_gaps
from core.tracks.linking import link
from tests.core.making import frame_of
from tests.core.scenes import SIZE, cut_at, findings, missed, moving, video

EVERYTHING = Thresholds(max_gap=60, plausibility=0.0, hidden=True, kinds=frozenset({"flickering"}))


def flicker(
    detections: Detections, thresholds: Thresholds | None = None, **how: object
) -> Findings:
    """The flickering, at the default thresholds unless others are given."""
    found = findings(detections, **how)  # type: ignore[arg-type]
    return found.within(thresholds or Thresholds(kinds=frozenset({"flickering"})))


def gaps_of(found: Findings) -> list[tuple[int, int]]:
    return sorted(zip(found.violations.start.tolist(), found.violations.stop.tolist(), strict=True))


@pytest.mark.parametrize("frames", [1, 2, 20])
def test_a_lone_object_is_imputed_in_every_frame_of_its_gap(frames: int) -> None:
    whole = moving(60)
    found = flicker(video(missed(whole, range(20, 20 + frames))))
    assert gaps_of(found) == [(20, 20 + frames)]
    assert found.missing.frame.tolist() == list(range(20, 20 + frames))
    truth = np.array([row[:4] for row in whole[20 : 20 + frames]])
    assert (paired_iou(found.missing.xyxy, truth) > 0.9).all()
    assert found.flagged.tolist() == list(range(20, 20 + frames))


def test_one_box_before_and_one_after_are_enough() -> None:
    found = flicker(video(missed(moving(3), 1)))
    assert gaps_of(found) == [(1, 2)]


def test_a_gap_longer_than_wanted_is_not_flickering() -> None:
    found = flicker(video(missed(moving(70), range(20, 41))))
    assert gaps_of(found) == []
    longer = Thresholds(max_gap=21, plausibility=0.0)
    assert gaps_of(flicker(video(missed(moving(70), range(20, 41))), longer)) == [(20, 41)]


def test_plausibility_falls_with_the_gap_and_grows_with_the_score() -> None:
    def sure(gap: int, score: float) -> float:
        best = moving(60, (300, 250), (0, 0), score=0.9)
        object_ = missed(moving(60, score=score), range(20, 20 + gap))
        return float(flicker(video(object_, best), EVERYTHING).missing.plausibility.mean())

    assert sure(1, 0.9) > sure(10, 0.9) > sure(20, 0.9)
    assert sure(3, 0.9) > sure(3, 0.3)


def test_objects_that_cross_are_each_imputed_on_their_own_way() -> None:
    right = moving(41, (40, 100), (6, 0), size=(50, 50))
    left = moving(41, (280, 100), (-6, 0), size=(50, 50))
    found = flicker(video(missed(right, range(10, 13)), missed(left, range(28, 31))), EVERYTHING)
    assert gaps_of(found) == [(10, 13), (28, 31)]
    for gap, rows in (((10, 13), right), ((28, 31), left)):
        own = (found.missing.frame >= gap[0]) & (found.missing.frame < gap[1])
        truth = np.array([row[:4] for row in rows[slice(*gap)]])
        assert (paired_iou(found.missing.xyxy[own], truth) > 0.8).all()


def test_entering_and_leaving_are_not_flickering() -> None:
    passing = [*[None] * 10, *moving(20, (0, 100)), *[None] * 10]
    assert gaps_of(flicker(video(passing), EVERYTHING)) == []


def test_a_cut_inside_a_gap_leaves_nothing_to_impute() -> None:
    object_ = missed(moving(40, speed=(0, 0)), range(18, 22))
    assert gaps_of(flicker(video(object_))) == [(18, 22)]
    assert gaps_of(flicker(cut_at(video(object_), 20), EVERYTHING)) == []


def test_identical_boxes_are_imputed_once() -> None:
    twice = missed(moving(30), 15)
    found = flicker(video(twice, twice), EVERYTHING)
    assert found.missing.frame.tolist() == [15]


def test_nothing_is_imputed_where_another_detection_shows_the_object() -> None:
    rows = moving(30)
    other_class: list = [None] * 30
    other_class[12:19] = [(*row[:5], 1) for row in rows[12:19]]
    assert gaps_of(flicker(video(missed(rows, 15), other_class), EVERYTHING)) == []
    gaps = gaps_with_reasons(video(missed(rows, 15), other_class))
    assert gaps == [(15, Reason.SHOWN)]


def test_nothing_is_imputed_outside_the_picture() -> None:
    width = SIZE[0]
    there = [(width - 40 + 8 * i, 100.0, width + 8 * i, 130.0, 0.9, 0) for i in range(16)]
    rows = [*there, *there[::-1]]
    leaving = missed(rows, range(6, 26))
    reasons = dict(gaps_with_reasons(video(leaving)))
    assert reasons[15] == Reason.OUTSIDE
    assert 15 not in flicker(video(leaving), EVERYTHING).missing.frame


def test_an_object_behind_another_is_imputed_only_on_demand() -> None:
    car = missed(moving(60, (50, 120), (4, 0), size=(40, 30)), range(20, 30))
    truck = moving(60, (-190, 100), (14, 0), size=(240, 140), class_id=2)
    detections = video(car, truck)
    shown = flicker(detections).missing.frame
    hidden = flicker(detections, Thresholds(hidden=True, plausibility=0.0)).missing.frame
    behind = find_gaps(detections, link(detections), SIZE, longest=20)
    frames = behind.frame[behind.hidden]
    assert len(frames) >= 3
    assert not np.isin(frames, shown).any()
    assert np.isin(frames, hidden).all()


def test_the_detectors_own_box_of_low_score_is_taken() -> None:
    rows = moving(30)
    x0, y0, x1, y1 = rows[15][:4]
    low = (x0 + 2, y0 + 1, x1 + 3, y1 + 1, 0.15, 0)
    detections = video([*rows[:15], low, *rows[16:]])
    assert gaps_of(flicker(detections)) == []
    found = flicker(detections, EVERYTHING, min_score=0.25)
    assert gaps_of(found) == [(15, 16)]
    (box,) = found.imputed
    assert box.xyxy == pytest.approx(low[:4])
    assert box.evidence is not None
    assert box.evidence.score == pytest.approx(0.15)


def test_the_class_is_that_of_most_of_the_track() -> None:
    rows = [(*row[:5], 2 if i == 10 else 0) for i, row in enumerate(moving(40))]
    (box,) = flicker(video(missed(rows, 11)), EVERYTHING).imputed
    assert box.class_name == "car"


def gaps_with_reasons(detections: Detections) -> list[tuple[int, int]]:
    gaps = find_gaps(detections, link(detections), SIZE, longest=60)
    return list(zip(gaps.frame.tolist(), gaps.reason.tolist(), strict=True))


boxes = st.tuples(
    st.integers(0, 600), st.integers(0, 340), st.integers(8, 120), st.integers(8, 90),
    st.sampled_from([0.2, 0.5, 0.9]), st.integers(0, 1),
).map(lambda b: (b[0], b[1], min(b[0] + b[2], 640), min(b[1] + b[3], 360), b[4], b[5]))  # fmt: skip


@st.composite
def videos(draw: st.DrawFn) -> list:
    """Objects that move, with frames in which they are not seen, and stray boxes."""
    frames = draw(st.integers(3, 30))
    speed = st.integers(-6, 6)
    objects = []
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(150, 400)), draw(st.integers(50, 250))
        rows = moving(frames, start, (draw(speed), draw(speed)), size=(50, 40))
        objects.append(missed(rows, *draw(st.sets(st.integers(0, frames - 1), max_size=12))))
    stray = draw(st.lists(st.one_of(st.none(), boxes), min_size=frames, max_size=frames))
    return [[row for row in frame if row] for frame in zip(*objects, stray, strict=True)]


@settings(deadline=None, max_examples=60)
@given(videos())
def test_imputed_boxes_lie_inside_the_picture_and_their_gap_off_the_tracks_boxes(
    frames: list,
) -> None:
    detections = from_frames([frame_of(rows) for rows in frames])
    tracks = link(detections)
    gaps = find_gaps(detections, tracks, SIZE, longest=60)
    imputed = np.flatnonzero(gaps.reason == Reason.NONE)
    assert (gaps.xyxy >= 0).all()
    assert (gaps.xyxy <= np.tile(SIZE, 2)).all()
    assert (gaps.frame >= gaps.start[gaps.gap]).all()
    assert (gaps.frame < gaps.stop[gaps.gap]).all()
    for row in imputed:
        own = (tracks.of == gaps.track[gaps.gap[row]]) & (detections.frame == gaps.frame[row])
        mine = detections.xyxy[own]
        assert (paired_iou(np.repeat(gaps.xyxy[row][None], len(mine), 0), mine) < 0.5).all()


@settings(deadline=None, max_examples=40)
@given(videos())
def test_time_reversed_gives_the_same_gaps(frames: list) -> None:
    ahead, back = (
        flicker(from_frames([frame_of(rows) for rows in order]), EVERYTHING)
        for order in (frames, frames[::-1])
    )
    # Two links that are exactly as good are decided by who comes first.
    assume(len(np.unique(ahead.missing.plausibility)) == len(ahead.violations))
    count = len(frames)
    assert gaps_of(ahead) == sorted((count - stop, count - start) for start, stop in gaps_of(back))


def test_the_shipped_calibration_is_sane() -> None:
    known = shipped()
    assert 0 < known.cut < 1
    misfit, gap, seen = known.link[1], known.plausibility[1], known.plausibility[2]
    assert misfit < 0 > gap
    assert seen > 0
