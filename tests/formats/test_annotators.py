"""What third parties' readers do not see of the formats of annotation tools."""

import csv
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.export.base import Format
from core.export.formats.cvat_images import CVAT_IMAGES
from core.export.formats.cvat_video import CVAT_VIDEO
from core.export.formats.label_studio import LABEL_STUDIO
from core.export.formats.label_studio_video import LABEL_STUDIO_VIDEO
from core.export.formats.labelme import LABELME
from core.export.formats.viame import VIAME
from core.prelabels import Source
from tests.formats.labeling import HEIGHT, RATE, WIDTH, box, labels

FORMATS = (CVAT_IMAGES, CVAT_VIDEO, LABEL_STUDIO, LABEL_STUDIO_VIDEO, LABELME, VIAME)
HOSTILE = ("a, b", "the \"big\" <one> & 'that'", "]]>", "\x00\x1b", "Zürich 行人", "(none)")


def loaded(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def lines_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [line for line in csv.reader(file) if not line[0].startswith("#")]


@pytest.mark.parametrize("format_", FORMATS, ids=lambda format_: format_.name)
def test_nothing_to_say_is_written_as_such(format_: Format, tmp_path: Path) -> None:
    media = format_.media[0]
    format_.write(tmp_path, labels(format_, {3: []}, media=media, frames=5))
    for path in tmp_path.rglob("*.xml"):
        root = ET.parse(path).getroot()
        assert not list(root.iter("box"))
    for path in tmp_path.rglob("clip*.csv"):
        assert lines_of(path) == []
    if (tmp_path / "tasks.json").is_file():
        (task,) = loaded(tmp_path / "tasks.json")
        assert task["predictions"] == [{"model_version": "yolo", "result": []}]
    if format_ is LABELME:
        assert loaded(tmp_path / "images" / "clip-0-03.json")["shapes"] == []
    assert any(tmp_path.iterdir())


def test_hostile_names_of_classes_agree_in_all_of_cvats_files(tmp_path: Path) -> None:
    boxes = {0: [box(class_name=name) for name in HOSTILE]}
    expected = [name if name.isprintable() else "��" for name in HOSTILE]
    for format_, file, where in (
        (CVAT_IMAGES, "annotations.xml", "image/box"),
        (CVAT_VIDEO, "clip-0.xml", "track"),
    ):
        written = labels(format_, boxes, media=format_.media[0], class_names=HOSTILE)
        format_.write(tmp_path, written)
        root = ET.parse(tmp_path / file).getroot()
        assert [each.attrib["label"] for each in root.findall(where)] == expected
        assert [each.findtext("name") for each in root.findall("meta//label")] == expected
        assert [each["name"] for each in loaded(tmp_path / "labels.json")] == expected


def test_hostile_names_of_classes_agree_in_all_of_label_studios_files(tmp_path: Path) -> None:
    boxes = {0: [box(class_name=name) for name in HOSTILE]}
    expected = [name if name.isprintable() else "��" for name in HOSTILE]
    for format_, key in ((LABEL_STUDIO, "rectanglelabels"), (LABEL_STUDIO_VIDEO, "labels")):
        written = labels(format_, boxes, media=format_.media[0], class_names=HOSTILE)
        format_.write(tmp_path, written)
        (task,) = loaded(tmp_path / "tasks.json")
        found = [each["value"][key] for each in task["predictions"][0]["result"]]
        assert found == [[name] for name in expected]
        config = ET.parse(tmp_path / "label_config.xml").getroot()
        assert [each.attrib["value"] for each in config.iter("Label")] == expected


def test_cvat_images_tells_all_of_a_box(tmp_path: Path) -> None:
    imputed = box(
        (1.234, 2, 30, 40.567), track=7, score=0.87654, source=Source.IMPUTED, kind="flickering"
    )
    drawn = box(source=Source.DRAWN)
    CVAT_IMAGES.write(tmp_path, labels(CVAT_IMAGES, {4: [imputed], 6: [drawn]}, media="frames"))
    root = ET.parse(tmp_path / "annotations.xml").getroot()
    images = root.findall("image")
    assert [image.attrib for image in images] == [
        {"id": str(at), "name": f"clip-0-{frame:02}.png", "width": "320", "height": "200"}
        for at, frame in enumerate((4, 6))
    ]
    (found,) = images[0]
    assert found.attrib == {
        "label": "car", "source": "auto", "occluded": "0", "z_order": "0",
        "xtl": "1.23", "ytl": "2.00", "xbr": "30.00", "ybr": "40.57",
    }  # fmt: skip
    assert {each.attrib["name"]: each.text for each in found} == {
        "score": "0.8765", "source": "imputed", "track": "7", "kind": "flickering",
    }  # fmt: skip
    assert images[1][0].attrib["source"] == "manual"


def test_cvat_declares_what_it_is_to_keep(tmp_path: Path) -> None:
    CVAT_IMAGES.write(tmp_path, labels(CVAT_IMAGES, {0: []}, media="frames"))
    declared = {
        each["name"]: (each["input_type"], each["mutable"], each["values"])
        for each in loaded(tmp_path / "labels.json")[0]["attributes"]
    }
    assert declared == {
        "score": ("number", True, ["0", "1", "0.0001"]),
        "source": ("select", True, ["model", "imputed", "edited", "drawn"]),
        "track": ("text", True, [""]),
        "kind": ("text", True, [""]),
    }


def test_label_studio_gets_urls_of_local_files_and_percents(tmp_path: Path) -> None:
    boxes = [box((32, 20, 64, 60), score=0.25), box(score=0.75)]
    written = labels(LABEL_STUDIO, {5: boxes}, media="frames")
    frame = replace(written.frames[0], path="images/a b+c&ü?.png")
    LABEL_STUDIO.write(tmp_path, replace(written, frames=(frame,)))
    (task,) = loaded(tmp_path / "tasks.json")
    assert task["data"] == {
        "image": "/data/local-files/?d=images/a%20b%2Bc%26%C3%BC%3F.png",
        "video": "clip-0", "frame": 5, "seconds": 5 / RATE,
    }  # fmt: skip
    (prediction,) = task["predictions"]
    assert (prediction["model_version"], prediction["score"]) == ("yolo", 0.5)
    first, second = prediction["result"]
    assert first["value"] == {
        "x": 10, "y": 10, "width": 10, "height": 20, "rotation": 0, "rectanglelabels": ["car"],
    }  # fmt: skip
    assert (first["original_width"], first["original_height"]) == (WIDTH, HEIGHT)
    assert first["id"] != second["id"]


def test_label_studio_video_turns_tracks_off_before_gaps(tmp_path: Path) -> None:
    seen = (0, 1, 2, 3, 6, 7, 9)
    still = {frame: [box((32, 20, 64, 60), track=3)] for frame in seen}
    still[9] = [box((32, 20, 64, 60), track=3, source=Source.IMPUTED, kind="flickering")]
    LABEL_STUDIO_VIDEO.write(tmp_path, labels(LABEL_STUDIO_VIDEO, still, {0: [box()]}))
    tasks = loaded(tmp_path / "tasks.json")
    assert [task["data"] for task in tasks] == [
        {"video": f"/data/local-files/?d=videos/clip-{at}.mp4", "fps": RATE} for at in range(2)
    ]
    (region,) = tasks[0]["predictions"][0]["result"]
    assert (region["value"]["framesCount"], region["value"]["duration"]) == (20, 20 / RATE)
    assert [(key["frame"], key["enabled"]) for key in region["value"]["sequence"]] == [
        (1, True), (4, False), (7, True), (8, False), (10, False),
    ]  # fmt: skip
    assert [key["time"] for key in region["value"]["sequence"]] == pytest.approx(
        [frame / RATE for frame in (1, 4, 7, 8, 10)]
    )
    assert region["meta"] == {"text": ["imputed: 10"], "track": 3}
    config = ET.parse(tmp_path / "label_config.xml").getroot()
    video = config.find("Video")
    assert video is not None
    assert video.attrib == {"name": "video", "value": "$video", "frameRate": "$fps"}


def test_labelme_files_lie_beside_their_pictures(tmp_path: Path) -> None:
    imputed = box((1, 2, 30, 40), score=0.876, source=Source.IMPUTED, kind="flickering", track=7)
    written = labels(LABELME, {4: [imputed, box()]}, media="frames", class_names=HOSTILE)
    LABELME.write(tmp_path, written)
    found = loaded((tmp_path / written.frames[0].path).with_suffix(".json"))
    assert (found["imagePath"], found["imageData"]) == ("clip-0-04.png", None)
    assert (found["imageWidth"], found["imageHeight"]) == (WIDTH, HEIGHT)
    first, second = found["shapes"]
    assert (first["description"], first["group_id"]) == ("imputed (flickering), 0.88", 7)
    assert (second["description"], second["group_id"]) == ("model, 0.50", None)
    assert (first["points"], first["shape_type"]) == ([[1, 2], [30, 40]], "rectangle")
    assert (tmp_path / "labels.txt").read_text(encoding="utf-8").splitlines()[0] == "a, b"


def test_viame_has_a_file_a_video_with_its_rate(tmp_path: Path) -> None:
    boxes = {0: [box()], 15: [box(class_name="(none)", score=0.123456)]}
    VIAME.write(tmp_path, labels(VIAME, boxes, {2: [box(class_name='a, "b"', track=3)]}))
    header = (tmp_path / "clip-0.csv").read_text(encoding="utf-8").splitlines()[1]
    assert next(csv.reader([header]))[:2] == ["# metadata", "fps: 25.0"]
    place = ["10", "20", "60", "80"]
    assert lines_of(tmp_path / "clip-0.csv") == [
        ["0", "00:00:00.000000", "0", *place, "0.5", "-1", "car", "0.5",
         "(atr) score 0.5", "(atr) source model"],
        ["1", "00:00:00.600000", "15", *place, "0.1235", "-1", " (none)", "0.1235",
         "(atr) score 0.1235", "(atr) source model"],
    ]  # fmt: skip
    (line,) = lines_of(tmp_path / "clip-1.csv")
    assert line[9:] == [
        'a, "b"', "0.5", "(atr) score 0.5", "(atr) source model", "(atr) track 3"
    ]  # fmt: skip


def test_viame_names_pictures_and_keeps_frames_in_order(tmp_path: Path) -> None:
    # The first track goes on after the second one has begun.
    boxes = {frame: [box(track=1), box(class_name="person", track=2)] for frame in (4, 8)}
    written = labels(VIAME, boxes, media="frames")
    VIAME.write(tmp_path, written)
    assert [frame.path for frame in written.frames] == [
        "images/clip-0/clip-0-04.png", "images/clip-0/clip-0-08.png",
    ]  # fmt: skip
    assert [line[:3] for line in lines_of(tmp_path / "clip-0.csv")] == [
        ["0", "clip-0-04.png", "0"], ["1", "clip-0-04.png", "0"],
        ["0", "clip-0-08.png", "1"], ["1", "clip-0-08.png", "1"],
    ]  # fmt: skip


def test_times_beyond_an_hour_and_a_day(tmp_path: Path) -> None:
    frames = RATE * 3600 * 25 + 26
    VIAME.write(tmp_path, labels(VIAME, {frames - 1: [box()]}, frames=frames, media="none"))
    (line,) = lines_of(tmp_path / "clip-0.csv")
    assert line[1] == "25:00:01.000000"
