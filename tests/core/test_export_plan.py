"""What an export will hold, before anything is written."""

import gc
import weakref
from dataclasses import replace
from pathlib import Path

import pytest

from core.assertions.imputed import DRAWN, MODEL, ImputedBox
from core.errors import ExportError
from core.export.base import Format, PictureName
from core.export.plan import ExportPlan, Planner, plan_export
from core.export.registry import formats
from core.export.request import ExportRequest
from core.export.sizes import JPEG_SHARES, PNG_SHARE
from core.frames import FrameRange
from core.prelabels import Correction, Decision, Prelabel, Source, Verdict, prelabels_of_frame
from tests.core.exporting import HEIGHT, WIDTH, empty_source, frames_in, index_of, source_with
from tests.core.making import NAMES, Row, box

CAR: Row = (40.125, 30.5, 80.75, 60.0, 0.8125, 1)
PERSON: Row = (100.5, 20.25, 112.75, 61.5, 0.5, 0)
WEAK: Row = (10.0, 10.0, 20.0, 20.0, 0.125, 0)
PARTLY_OUTSIDE: Row = (-10.5, 80.0, 20.25, 120.0, 0.25, 2)
OUTSIDE: Row = (-30.0, 10.0, -5.0, 40.0, 0.25, 2)
ALL = ExportRequest(scope="all")


def boxes_of(plan: ExportPlan, frame: int) -> tuple[Prelabel, ...]:
    (found,) = [f for f in plan.labeled.frames if f.frame == frame]
    return found.prelabels


def own_box(row: Row, frame: int = 3) -> ImputedBox:
    """A model's box as a person decides about it."""
    return ImputedBox(frame, tuple(round(c, 1) for c in row[:4]), NAMES[row[5]], row[4], MODEL)  # type: ignore[arg-type]


def test_a_source_is_not_needed_any_more_when_it_was_added() -> None:
    source = source_with({3: [CAR]})
    planner = Planner(ALL, [source])
    planner.add(source)
    expected = plan_export([source], ALL)
    gone = weakref.ref(source)
    del source
    gc.collect()
    assert gone() is None
    assert planner.plan().labeled.frames == expected.labeled.frames


def test_boxes_are_cut_to_the_picture_and_none_is_without_area() -> None:
    plan = plan_export([source_with({3: [PARTLY_OUTSIDE, OUTSIDE, CAR]})], ALL)
    assert [(p.xyxy, p.class_name, p.score) for p in boxes_of(plan, 3)] == [
        ((0.0, 80.0, 20.25, HEIGHT), "traffic light", 0.25),
        (CAR[:4], "car", 0.8125),
    ]
    assert plan.prelabels == 2


def test_the_models_boxes_count_from_the_least_score_on_and_a_persons_always() -> None:
    unsure = replace(box(3), plausibility=0.1)
    decisions = [
        Decision(unsure, Verdict.ACCEPTED),
        Decision(own_box(WEAK), Verdict.EDITED, Correction((11.0, 11.0, 21.0, 21.0), "car")),
        Decision(ImputedBox(3, (1, 2, 3, 4), "bus", 0.0, DRAWN), Verdict.ACCEPTED),
        Decision(own_box(PERSON), Verdict.REJECTED),
    ]
    source = source_with({3: [CAR, PERSON, WEAK]}, decisions=decisions)
    plan = plan_export([source], replace(ALL, min_score=0.8))
    assert [(p.source, p.xyxy, p.class_name) for p in boxes_of(plan, 3)] == [
        (Source.MODEL, CAR[:4], "car"),
        (Source.IMPUTED, (10.0, 20.0, 30.0, 40.0), "car"),
        (Source.EDITED, (11.0, 11.0, 21.0, 21.0), "car"),
        (Source.DRAWN, (1.0, 2.0, 3.0, 4.0), "bus"),
    ]
    assert plan.counts.by_source == dict.fromkeys(Source, 1)
    assert plan.labeled.class_names == (*NAMES, "bus")


def test_a_score_that_shows_as_the_least_one_is_enough() -> None:
    source = source_with({0: [(*CAR[:4], 0.7, 1)]})  # 0.69999999 in single precision
    assert plan_export([source], replace(ALL, min_score=0.7)).prelabels == 1


def test_boxes_are_those_of_prelabels_of_frame_with_the_objects_they_show() -> None:
    rows = {i: [CAR, PERSON] if i != 5 else [PERSON] for i in range(12)}
    source = source_with(rows)
    imputed = next(b for b in source.findings.imputed.in_frame(5) if b.assertion == "flickering")
    source = replace(source, decisions=(Decision(imputed, Verdict.ACCEPTED),))
    plan = plan_export([source], ALL)
    for frame in plan.labeled.frames:
        assert list(frame.prelabels) == prelabels_of_frame(
            frame.frame, source.detections, NAMES, source.decisions, source.objects
        )
    tracks = {p.class_name: p.track for p in boxes_of(plan, 0)}
    assert [p.track for p in boxes_of(plan, 5)] == [tracks["person"], tracks["car"]]
    assert boxes_of(plan, 5)[1].key == imputed.key


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, [2, 3, 7, 9]),
        ({"range": FrameRange(3, 9)}, [3, 7]),
        ({"every": 2}, [2, 7]),
        ({"range": FrameRange(3, 12), "every": 2}, [3, 9]),
        ({"empty": False}, [3, 9]),
    ],
)
def test_frames_are_those_of_the_scope_in_the_range_every_nth(
    change: dict[str, object], expected: list[int]
) -> None:
    source = source_with({3: [CAR], 9: [PERSON], 10: [CAR]}, selected=[2, 3, 7, 9])
    request = replace(ExportRequest(scope="selected"), **change)  # type: ignore[arg-type]
    assert frames_in(plan_export([source], request)) == expected


def test_neighbours_come_along_as_context_with_their_boxes() -> None:
    source = source_with({1: [CAR], 4: [PERSON]}, selected=[0, 5, 6])
    plan = plan_export([source], ExportRequest(scope="selected", neighbours=2))
    assert frames_in(plan, lambda _, context: not context) == [0, 5, 6]
    assert frames_in(plan, lambda _, context: context) == [1, 2, 3, 4, 7, 8]
    assert (plan.counts.frames, plan.counts.context) == (3, 6)
    assert len(boxes_of(plan, 1)) == len(boxes_of(plan, 4)) == 1
    without = plan_export(
        [source_with({5: [CAR], 6: [CAR], 9: [CAR]}, selected=[0, 5])],
        ExportRequest(scope="selected", neighbours=1, empty=False),
    )
    assert frames_in(without) == [5, 6]


def test_classes_are_renamed_merged_and_left_out() -> None:
    truck: Row = (*CAR[:4], 0.5, 2)
    source = source_with(
        {3: [CAR, PERSON, truck]}, class_names=("person", "car", "truck"),
        decisions=[Decision(replace(box(3), class_name="person"), Verdict.ACCEPTED)],
    )  # fmt: skip
    classes = (("truck", "vehicle, any"), ("car", "vehicle, any"), ("person", ""))
    plan = plan_export([source], replace(ALL, classes=classes))
    assert plan.labeled.class_names == ("vehicle, any",)
    assert [p.class_name for p in boxes_of(plan, 3)] == ["vehicle, any"] * 2
    assert plan.counts.by_class == {"vehicle, any": 2}


def test_classes_of_several_videos_are_one_list() -> None:
    one = source_with({0: [CAR]}, class_names=("person", "car", "bus"))
    two = source_with({0: [CAR]}, class_names=("tram", "bus", "person"), path="b/two.mp4")
    plan = plan_export([one, two], ALL)
    assert plan.labeled.class_names == ("person", "car", "bus", "tram")
    assert [f.prelabels[0].class_name for f in plan.labeled.frames if f.prelabels] == ["car", "bus"]


def test_pictures_lie_where_the_format_puts_them_and_count_by_video() -> None:
    one = source_with({}, selected=[2, 3])
    two = source_with({}, selected=[7], path="other/drive.mp4")
    plan = plan_export([one, two], ExportRequest(scope="selected", picture="jpeg"))
    assert [(f.video, f.frame, f.number, f.path) for f in plan.labeled.frames] == [
        (0, 2, 0, "images/drive-02-mp4.jpg"),
        (0, 3, 1, "images/drive-03-mp4.jpg"),
        (1, 7, 0, "images/drive-2-07-mp4.jpg"),
    ]
    assert [video.name for video in plan.labeled.videos] == ["drive", "drive-2"]


def test_without_pictures_a_path_is_a_name_and_in_a_video_numbers_are_frames(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    filmed = Format("filmed", "Filmed", lambda folder, labeled: None, media=("video", "none"))
    monkeypatch.setitem(formats(), "filmed", filmed)  # type: ignore[misc]
    source = source_with({}, selected=[2, 7])
    plan = plan_export([source], ExportRequest("filmed", "selected", media="none"))
    assert [(f.number, f.path) for f in plan.labeled.frames] == [
        (2, "drive-02-mp4.png"), (7, "drive-07-mp4.png"),
    ]  # fmt: skip
    plan = plan_export([source], ExportRequest("coco", "selected", media="none"))
    assert [f.number for f in plan.labeled.frames] == [0, 1]
    plan = plan_export([source], ExportRequest("filmed", "selected"))
    assert plan.media == plan.labeled.media == "video"
    assert [f.number for f in plan.labeled.frames] == [2, 7]
    with pytest.raises(ExportError, match="Whole videos cannot be split by time"):
        plan_export([source], ExportRequest("filmed", "selected", val=0.5))
    with pytest.raises(ExportError, match="Filmed does not go with pictures: take whole videos or"):
        plan_export([source], ExportRequest("filmed", "selected", media="frames"))


def test_videos_without_a_frame_to_export_are_left_out() -> None:
    none = source_with({}, selected=[], path="a/none.mp4")
    plan = plan_export([none, source_with({}, selected=[4])], ExportRequest(scope="selected"))
    assert [video.name for video in plan.labeled.videos] == ["drive"]
    assert [frame.video for frame in plan.labeled.frames] == [0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": "cocoa"}, "“cocoa” is unknown: choose one of coco, .*yolo"),
        ({"scope": "best"}, "scope “best” is unknown: choose one of flagged, accepted"),
        ({"picture": "gif"}, "“gif” is unknown: choose one of png, jpeg"),
        ({"split_by": "hour"}, "“hour” is unknown"),
        ({"extras": ("sheet", "music")}, "“music” is unknown"),
        ({"every": 0}, "Every n-th frame is 0: give a number from 1 upwards"),
        ({"neighbours": -1}, "neighbours is -1"),
        ({"min_score": 1.5}, "least score is 1.5: give a number from 0 to 1"),
        ({"min_score": float("nan")}, "least score is nan"),
        ({"quality": 0}, "quality of pictures is 0: give a number from 1 to 100"),
        ({"val": 1.0}, "validation is 1"),
        ({"range": FrameRange(4, 4)}, "4:4 holds no frame"),
        ({"range": FrameRange(40, 50)}, "None of the 12 frames lies in 40:50"),
        ({"scope": "selected"}, "No frame is selected"),
        ({"scope": "accepted"}, "No box is accepted"),
        ({"classes": (("tram", "car"),)}, "no class “tram”: the classes are car, person, traffic"),
        ({"classes": (("car", "a"), ("car", "b"))}, "“car” gets two names"),
        ({"classes": (("car", "a\nb"),)}, "no plain text"),
        ({"classes": tuple((name, "") for name in NAMES)}, "Every class is left out"),
        ({"min_score": 0.99, "empty": False}, "No frame has a box"),
        ({"media": "video"}, "COCO does not go with whole videos"),
    ],
)
def test_what_cannot_be_planned_is_one_sentence(change: dict[str, object], sentence: str) -> None:
    request = replace(ALL, **change)  # type: ignore[arg-type]
    with pytest.raises(ExportError, match=sentence):
        plan_export([source_with({3: [CAR]})], request)


def test_no_video_and_a_video_given_twice_are_sentences() -> None:
    with pytest.raises(ExportError, match="no video"):
        plan_export([], ALL)
    with pytest.raises(ExportError, match=r"drive.mp4 is there twice"):
        plan_export([empty_source(), empty_source()], ALL)


@pytest.mark.parametrize("place", ["../{0}", "/{0}", "a/../{0}", "a\\{0}", "C:/{0}", "images/same"])
def test_a_format_that_puts_pictures_outside_or_over_each_other_is_refused(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put(name: PictureName) -> str:
        return place.format(name.stem)

    hostile = Format("hostile", "Hostile", lambda folder, labeled: None, place=put)
    monkeypatch.setitem(formats(), "hostile", hostile)  # type: ignore[misc]
    with pytest.raises(ExportError, match=r"Hostile puts (a picture|two pictures) at"):
        plan_export([empty_source()], replace(ALL, format="hostile"))


def test_the_estimate_goes_by_pixels_and_the_kind_of_picture(tmp_path: Path) -> None:
    source = empty_source(count=100)
    pixels = 100 * WIDTH * HEIGHT
    png = plan_export([source], ALL).bytes
    assert png == pytest.approx(pixels * PNG_SHARE + 100 * 200)
    jpeg = plan_export([source], replace(ALL, picture="jpeg", quality=92)).bytes
    assert jpeg == pytest.approx(pixels * JPEG_SHARES[92] + 100 * 200, abs=1)
    assert plan_export([source], replace(ALL, picture="jpeg", quality=60)).bytes < jpeg
    assert plan_export([source], replace(ALL, media="none")).bytes == 100 * 200
    video = tmp_path / "a.mp4"
    video.write_bytes(bytes(4321))
    filmed = replace(plan_export([replace(source, path=video)], ALL).labeled, media="video")
    assert replace(plan_export([source], ALL), labeled=filmed).bytes == 4321 + 100 * 200


def test_the_same_request_gives_the_same_plan_whatever_was_planned_before() -> None:
    source = source_with({i: [CAR] for i in range(12)}, count=60, rate=5)
    request = replace(ALL, val=0.25, neighbours=1, every=3)
    first, second = (plan_export([source], request).labeled for _ in range(2))
    assert first.frames == second.frames


def test_frames_after_the_end_of_the_run_have_no_boxes() -> None:
    source = source_with({1: [CAR]}, count=3)
    longer = replace(source, index=index_of(6))
    assert [len(f.prelabels) for f in plan_export([longer], ALL).labeled.frames] == [
        0, 1, 0, 0, 0, 0,
    ]  # fmt: skip
