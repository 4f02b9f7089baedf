"""Tracks of CVAT for video, as CVAT draws them: straight lines between keyframes."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from core.export.base import Media
from core.export.formats.cvat_video import CVAT_VIDEO
from core.export.keyframes import TOLERANCE
from core.prelabels import Prelabel, Source
from tests.formats.labeling import Boxes, box, labels

ROUNDING = 0.02
FRAMES = 16

Shown = dict[int, tuple[tuple[float, ...], str, str]]
"""Box, source and kind by frame."""


def tracks_of(*videos: Boxes, media: Media = "video", video: int = 0) -> list[ET.Element]:
    with TemporaryDirectory() as name:
        CVAT_VIDEO.write(Path(name), labels(CVAT_VIDEO, *videos, frames=FRAMES, media=media))
        return ET.parse(Path(name) / f"clip-{video}.xml").getroot().findall("track")


def corners(shape: ET.Element) -> tuple[float, ...]:
    return tuple(float(shape.attrib[key]) for key in ("xtl", "ytl", "xbr", "ybr"))


def known(shape: ET.Element) -> dict[str, str]:
    return {each.attrib["name"]: each.text or "" for each in shape.iter("attribute")}


def frames_of(track: ET.Element, outside: bool) -> list[int]:
    return [
        int(shape.attrib["frame"]) for shape in track if (shape.attrib["outside"] == "1") == outside
    ]


def keys_of(track: ET.Element) -> list[int]:
    return [
        int(shape.attrib["frame"])
        for shape in track
        if shape.attrib["keyframe"] == "1" and shape.attrib["outside"] == "0"
    ]


def shown_by_cvat(track: ET.Element) -> Shown:
    """What CVAT shows after importing: it takes keyframes, draws lines from those that are not
    outside, and carries attributes on; the last one stays until the end."""
    keys = [shape for shape in track if shape.attrib["keyframe"] == "1"]
    last = ET.fromstring(ET.tostring(keys[-1]))
    last.attrib["frame"] = str(FRAMES)
    found: Shown = {}
    for shape, following in pairwise([*keys, last]):
        start, stop = int(shape.attrib["frame"]), int(following.attrib["frame"])
        assert start < stop
        if shape.attrib["outside"] == "1":
            continue
        text = known(shape)
        for frame in range(start, stop):
            share = (frame - start) / (stop - start)
            xyxy = tuple(
                a + (b - a) * share for a, b in zip(corners(shape), corners(following), strict=True)
            )
            found[frame] = xyxy, text["source"], text["kind"]
    return found


motion = st.one_of(st.just(0.0), st.floats(-3, 3), st.floats(-80, 80))
sources = st.sampled_from([Source.MODEL, Source.MODEL, Source.IMPUTED])
step = st.tuples(motion, st.booleans(), sources, st.sampled_from([True, True, False]))
"""Speed, whether it is the new one, source, and whether there is a box."""


@st.composite
def objects(draw: st.DrawFn) -> list[Prelabel | None]:
    """The boxes of an object in every frame; None where it has none."""
    x, speed = 100.0, 0.0
    found: list[Prelabel | None] = []
    for new, changes, source, seen in draw(st.lists(step, min_size=FRAMES, max_size=FRAMES)):
        speed = new if changes else speed
        x += speed
        kind = "flickering" if source is Source.IMPUTED else ""
        place = (x, x / 2, x + 20 + abs(speed), x / 2 + 30)
        found.append(box(place, source=source, kind=kind) if seen else None)
    return found


def frames(track: int, boxes: list[Prelabel | None]) -> Iterator[tuple[int, Prelabel]]:
    for frame, found in enumerate(boxes):
        if found is not None:
            yield (
                frame,
                box(found.xyxy, track=track, source=found.source, kind=found.kind),
            )


# To shrink what fails takes minutes.
@settings(max_examples=40, deadline=None, phases=(Phase.generate,))
@given(st.lists(objects(), max_size=3))
def test_cvat_shows_every_box_where_it_was_and_none_in_gaps(
    found: list[list[Prelabel | None]],
) -> None:
    seen = sorted(
        (pair for track, boxes in enumerate(found) for pair in frames(track, boxes)),
        key=lambda pair: pair[0],
    )
    video = {at: [each for _, each in pairs] for at, pairs in groupby(seen, key=lambda p: p[0])}
    written = {int(known(track[0])["track"]): shown_by_cvat(track) for track in tracks_of(video)}
    expected = {track: dict(frames(track, boxes)) for track, boxes in enumerate(found)}
    assert written.keys() == {track for track, boxes in expected.items() if boxes}
    for track, shown in written.items():
        assert shown.keys() == expected[track].keys()
        for frame, (xyxy, source, kind) in shown.items():
            was = expected[track][frame]
            assert xyxy == pytest.approx(was.xyxy, abs=TOLERANCE + ROUNDING)
            assert (source, kind) == (was.source.value, was.kind)


def moving(*frames: int, speed: float = 3.0, track: int = 1) -> dict[int, list[Prelabel]]:
    return {
        frame: [box((frame * speed, 10, frame * speed + 30, 40), track=track)] for frame in frames
    }


def test_even_motion_needs_its_ends_only() -> None:
    (track,) = tracks_of(moving(*range(2, 15)))
    assert keys_of(track) == [2, 14]
    assert frames_of(track, outside=False) == list(range(2, 15))


def test_a_box_that_is_off_by_less_than_half_a_pixel_is_no_keyframe() -> None:
    video = moving(*range(10), speed=0.0)
    video[4] = [box((0.4, 10, 30.4, 40), track=1)]
    (track,) = tracks_of(video)
    assert keys_of(track) == [0, 9]
    video[4] = [box((0.6, 10, 30.6, 40), track=1)]
    (track,) = tracks_of(video)
    assert 4 in keys_of(track)


def test_an_imputed_box_and_the_one_after_are_keyframes() -> None:
    video = moving(*range(10))
    video[5] = [
        box((15, 10, 45, 40), track=1, source=Source.IMPUTED, kind="flickering", score=0.25)
    ]
    (track,) = tracks_of(video)
    assert keys_of(track) == [0, 5, 6, 9]
    assert known(track[5]) == {
        "score": "0.2500", "source": "imputed", "track": "1", "kind": "flickering",
    }  # fmt: skip


def test_gaps_and_the_end_are_closed_unless_the_video_ends_there() -> None:
    (track,) = tracks_of(moving(0, 1, 2, 5, 6, 9))
    assert frames_of(track, outside=True) == [3, 7, 10]
    (track,) = tracks_of(moving(FRAMES - 2, FRAMES - 1))
    assert frames_of(track, outside=True) == []


def test_pictures_are_counted_as_cvat_counts_them() -> None:
    # Frames that are not exported are no gap between the pictures.
    (track,) = tracks_of(moving(0, 5, 10, 15), media="frames")
    assert frames_of(track, outside=False) == [0, 1, 2, 3]
    assert frames_of(track, outside=True) == []
    video: Boxes = {0: [box(track=1)], 5: [], 10: [box(track=1)], 15: []}
    (track,) = tracks_of(video, media="frames")
    assert frames_of(track, outside=False) == [0, 2]
    assert frames_of(track, outside=True) == [1, 3]


def test_a_track_has_one_class_and_one_box_a_frame() -> None:
    twice = [box(track=1), box((100, 20, 150, 80), track=1)]
    video: Boxes = {0: twice, 1: [box(track=1)], 2: [box(class_name="person", track=1)]}
    found = [
        (track.attrib["id"], track.attrib["label"], frames_of(track, outside=False))
        for track in tracks_of(video)
    ]
    assert found == [("0", "car", [0, 1]), ("1", "car", [0]), ("2", "person", [2])]


def test_boxes_of_no_track_are_tracks_of_their_own() -> None:
    tracks = tracks_of({3: [box()], 4: [box()]})
    assert [frames_of(track, outside=False) for track in tracks] == [[3], [4]]
    assert [frames_of(track, outside=True) for track in tracks] == [[4], [5]]
    assert known(tracks[0][0])["track"] == ""


def test_each_video_has_a_file_of_its_own() -> None:
    videos = moving(0), moving(0, 1, track=2), {}
    assert [len(tracks_of(*videos, video=at)) for at in range(3)] == [1, 1, 0]


def test_the_head_tells_of_the_task(tmp_path: Path) -> None:
    CVAT_VIDEO.write(tmp_path, labels(CVAT_VIDEO, moving(0), frames=FRAMES))
    root = ET.parse(tmp_path / "clip-0.xml").getroot()
    task = root.find("meta/task")
    assert task is not None
    assert root.findtext("version") == "1.1"
    assert {
        key: task.findtext(key)
        for key in ("name", "size", "mode", "stop_frame", "source", "original_size/width")
    } == {
        "name": "clip-0", "size": "16", "mode": "interpolation", "stop_frame": "15",
        "source": "clip-0.mp4", "original_size/width": "320",
    }  # fmt: skip
    declared = {
        label.findtext("name"): [each.findtext("name") for each in label.iter("attribute")]
        for label in task.iter("label")
    }
    attributes = ["score", "source", "track", "kind"]
    assert declared == {"car": attributes, "person": attributes}
    told = json.loads((tmp_path / "labels.json").read_text(encoding="utf-8"))
    assert {
        label["name"]: [each["name"] for each in label["attributes"]] for label in told
    } == declared
