"""Finished labels: what is read of them, and what is wrong with those that cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from core.errors import LabelsError, UserError
from core.export.manifest import HandedBox, HandedFrame, HandedVideo, Manifest
from core.export.request import ExportRequest
from core.importing.base import ForVideo
from core.roundtrip.places import Places, places_of
from core.roundtrip.reading import FinishedLabels, read_labels

DRIVE = ForVideo("drive.mp4", 20, 160, 96)
PATH = Path("/videos/drive.mp4")
NAMES = tuple(f"drive-{frame:02d}-mp4.png" for frame in (3, 7, 12))


def manifest(*paths: tuple[int, int, int, str], videos: int = 1) -> Manifest:
    """Of an export with video, frame, number and path of each picture."""
    shown = [HandedVideo("drive", "drive.mp4", 20, "run0", "m")]
    shown += [HandedVideo(f"other{n}", f"other{n}.mp4", 20, f"x{n}", "m") for n in range(1, videos)]
    frames = tuple(HandedFrame(*each) for each in paths)
    boxes: tuple[HandedBox, ...] = ()
    return Manifest(ExportRequest(), tuple(shown), frames, boxes)


def places(*paths: tuple[int, int, int, str], videos: int = 1) -> Places:
    made = manifest(*paths, videos=videos) if paths else None
    return places_of(PATH, DRIVE, ["run0"], made)


def coco(*names: str, size: tuple[int, int] = (160, 96), **more: object) -> str:
    images = [
        {"id": i, "file_name": name, "width": size[0], "height": size[1]}
        for i, name in enumerate(names, start=1)
    ]
    box = {"id": 1, "image_id": 1, "category_id": 4, "bbox": [10, 20, 30, 40]}
    kinds = [{"id": 4, "name": "car"}]
    return json.dumps({"images": images, "annotations": [box], "categories": kinds, **more})


def cvat(inner: str, meta: str = "") -> str:
    return f"<annotations><version>1.1</version><meta>{meta}</meta>{inner}</annotations>"


def box(frame: int, x: float, *, outside: bool = False) -> str:
    return (
        f'<box frame="{frame}" outside="{outside:d}" xtl="{x}" ytl="10" xbr="{x + 20}" ybr="30"/>'
    )


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def placed(labels: FinishedLabels) -> list[tuple[int, str, list[float]]]:
    found = labels.boxes
    rows = zip(found.frame.tolist(), found.class_name.tolist(), found.xyxy.tolist(), strict=True)
    return sorted(rows)


# Where pictures belong


@pytest.mark.parametrize(
    "name",
    [
        *(NAMES[0], f"images/{NAMES[0]}", f"C:\\labels\\{NAMES[0]}", "0a1b2c3d-drive-03-mp4.png"),
        *("drive-03-mp4.jpg", "drive-03-mp4", "upload/1/0a1b2c3d-drive-03-mp4.png"),
    ],
)
@pytest.mark.parametrize("handed", [(), ((0, 3, 0, f"images/{NAMES[0]}"),)], ids=["bare", "listed"])
def test_pictures_are_known_however_a_tool_calls_them(
    name: str, handed: tuple[tuple[int, int, int, str], ...]
) -> None:
    assert places(*handed).frame_of(name.replace("\\", "/")) == 3
    assert places(*handed).frame_of("drive-21-mp4.png") is None


def test_pictures_of_one_name_are_told_apart_by_their_folders() -> None:
    both = places((0, 3, 0, "drive/0001.png"), (1, 9, 0, "other1/0001.png"), videos=2)
    assert both.frame_of("images/drive/0001.png") == 3
    assert both.frame_of("other1/0001.png") is None
    assert both.frame_of("0001.png") is None


def test_pictures_of_other_videos_are_none() -> None:
    both = places((0, 3, 0, "images/a.png"), (1, 9, 0, "images/b.png"), videos=2)
    assert (both.frame_of("A.PNG"), both.frame_of("b.png")) == (3, None)


def test_a_video_is_found_in_an_export_by_its_run_or_else_its_name() -> None:
    made = manifest((0, 3, 0, "a.png"), (1, 9, 0, "b.png"), videos=2)
    assert places_of(PATH, DRIVE, ["x1"], made).own == 1
    assert places_of(PATH, DRIVE, [], made).own == 0
    with pytest.raises(LabelsError, match=r"holds drive\.mp4, other1\.mp4, not city\.mp4"):
        places_of(Path("city.mp4"), ForVideo("city.mp4", 20, 160, 96), [], made)


# What is read


def test_boxes_are_clipped_and_empty_ones_left_out(tmp_path: Path) -> None:
    corners = ([-10, 20, 30, 40], [200, 0, 10, 10], [5, 5, 0, 3])
    boxes = [{"image_id": 1, "category_id": 4, "bbox": each} for each in corners]
    crowd = {"image_id": 1, "category_id": 4, "bbox": [1, 1, 9, 9], "iscrowd": 1}
    write(tmp_path, a_dot_json=coco(NAMES[0], annotations=[*boxes, crowd]))
    labels = read_labels(tmp_path / "a.json", places())
    assert placed(labels) == [(3, "car", [0.0, 20.0, 20.0, 60.0])]
    assert labels.frames == {3}


def test_data_sets_of_one_folder_are_read_together(tmp_path: Path) -> None:
    bus = [{"id": 4, "name": "bus"}]
    write(
        tmp_path,
        instances_train_dot_json=coco(NAMES[0]),
        instances_val_dot_json=coco(NAMES[1], "other.png", categories=bus),
        about_dot_json='{"made": "by hand"}',
    )
    labels = read_labels(tmp_path, places())
    assert labels.frames == {3, 7}
    assert [name for _, name, _ in placed(labels)] == ["car", "bus"]


def test_yolo_is_read_from_any_layout_and_by_any_list_of_names(tmp_path: Path) -> None:
    line = "1 0.5 0.5 0.25 0.5\n"
    write(
        tmp_path,
        obj_dot_names="person\ncar\n",
        **{f"obj_train_data__{NAMES[0][:-4]}_dot_txt": line},
        **{f"labels__val__{NAMES[1][:-4]}_dot_txt": ""},
        train_dot_txt=f"data/obj_train_data/{NAMES[0]}\ndata/{NAMES[2]}\n",
        README_dot_txt="Made by hand",
    )
    labels = read_labels(tmp_path, places())
    assert labels.frames == {3, 7, 12}
    assert placed(labels) == [(3, "car", [60.0, 24.0, 100.0, 72.0])]


def test_a_track_goes_on_between_its_boxes_and_ends_outside(tmp_path: Path) -> None:
    track = box(2, 20) + box(6, 60) + box(8, 60, outside=True) + box(10, 40)
    meta = "<task><size>20</size><mode>interpolation</mode></task>"
    text = cvat(f'<track id="0" label="car">{track}</track>', meta)
    write(tmp_path, a_dot_xml=text)
    labels = read_labels(tmp_path / "a.xml", places())
    assert len(labels.frames) == 20
    left = {frame: xyxy[0] for frame, _, xyxy in placed(labels)}
    assert left == pytest.approx(
        {2: 20, 3: 30, 4: 40, 5: 50, 6: 60, 7: 60, **dict.fromkeys(range(10, 20), 40)}
    )


def test_numbers_of_a_job_are_those_of_its_task(tmp_path: Path) -> None:
    meta = (
        "<job><size>2</size><mode>interpolation</mode><start_frame>1</start_frame>"
        "<stop_frame>4</stop_frame><frame_filter>step=2</frame_filter></job>"
    )
    write(tmp_path, a_dot_xml=cvat("", meta))
    handed = [(0, 10 + number, number, f"images/{number}.png") for number in range(6)]
    assert read_labels(tmp_path / "a.xml", places(*handed)).frames == {11, 13}


def test_tasks_of_other_videos_are_passed_over(tmp_path: Path) -> None:
    meta = "<task><name>{}</name><mode>interpolation</mode><source>{}</source></task>"
    handed = [(video, 5 * video + 4, 0, f"images/{video}.png") for video in range(2)]
    write(tmp_path, one_dot_xml=cvat("", meta.format("first", "drive.mp4")))
    write(tmp_path, two_dot_xml=cvat("", meta.format("second", "other1.mp4")))
    assert read_labels(tmp_path, places(*handed, videos=2)).frames == {4}


def test_tasks_of_two_videos_of_one_file_name_are_told_apart(tmp_path: Path) -> None:
    meta = "<task><name>{}</name><mode>interpolation</mode><source>drive.mp4</source></task>"
    videos = tuple(HandedVideo(n, "drive.mp4", 20, n, "m") for n in ("drive", "drive-2"))
    frames = (HandedFrame(0, 4, 0, "images/a.png"), HandedFrame(1, 9, 0, "images/b.png"))
    made = Manifest(ExportRequest(), videos, frames, ())
    write(tmp_path, one_dot_xml=cvat("", meta.format("drive")))
    write(tmp_path, two_dot_xml=cvat("", meta.format("drive-2")))
    for run, frame in (("drive", 4), ("drive-2", 9)):
        assert read_labels(tmp_path, places_of(PATH, DRIVE, [run], made)).frames == {frame}


# What cannot be read


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.json", "[1, 2", "Line 1 of a.json is not JSON"),
        ("a.json", "[]", "holds no COCO data set"),
        ("a.json", coco("street.png"), "is a frame of drive.mp4 (it has street.png in a.json)"),
        ("a.json", coco(NAMES[0], size=(80, 48)), "is 80 × 48 px, but drive.mp4 is 160 × 96"),
        ("a.json", coco(NAMES[0], "x/" + NAMES[0]), "are both labels of frame 3"),
        ("a.json", coco(NAMES[0], categories=[]), "Annotation 1 of a.json has category_id 4"),
        ("a.xml", "<annotations>", "a.xml cannot be read as XML"),
        ("a.xml", "<annotation><folder/></annotation>", "it holds <annotation>"),
        ("a.xml", '<!DOCTYPE a [<!ENTITY b "c">]><annotations>&b;</annotations>', "EntitiesForb"),
        ("a.xml", cvat("", "<task><mode>interpolation</mode><size>9</size></task>"), "9 frames"),
        (
            "a.xml",
            cvat(f'<image name="{NAMES[0]}"><box label="car" xtl="left"/></image>'),
            "has xtl 'left', which is no number",
        ),
        (f"{NAMES[0][:-4]}.txt", "0 0.5 0.5 0.1 0.1", "does not name its classes"),
        (f"{NAMES[0][:-4]}.txt", "0 0.5 0.5 0.1", "has 4 columns"),
        ("a.zip", "no zip", "cannot be read as a zip"),
        ("a.doc", "what is this", "holds finished labels of no known format"),
    ],
)
def test_each_fault_is_one_sentence(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        read_labels(path.parent if name.endswith(".txt") else path, places())
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_not_there_or_damaged_is_said(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="is not there"):
        read_labels(tmp_path / "gone", places())
    archive = tmp_path / "labels.zip"
    with ZipFile(archive, "w") as made:
        made.writestr("a.json", coco(NAMES[0]))
    data = bytearray(archive.read_bytes())
    data[40] ^= 0xFF
    archive.write_bytes(data)
    with pytest.raises(LabelsError, match=r"a\.json in .* cannot be read \(Bad CRC-32"):
        read_labels(archive, places())


def test_what_systems_hide_is_not_read(tmp_path: Path) -> None:
    archive = tmp_path / "labels.zip"
    with ZipFile(archive, "w") as made:
        made.writestr("annotations/a.json", coco(NAMES[0]))
        made.writestr("__MACOSX/annotations/._a.json", "\0\1")
    assert read_labels(archive, places()).frames == {3}
