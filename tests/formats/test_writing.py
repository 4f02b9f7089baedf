"""What formats do beside keeping boxes: names, splits, refusals, and how long they take."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import polars
import pytest
import yaml

from core.errors import ExportError
from core.export import registry
from core.export.base import (
    ExportVideo,
    Format,
    Labeled,
    LabeledFrame,
    PictureName,
    in_images,
)
from core.export.registry import BUILT_IN, formats
from core.frames import FrameIndex
from core.prelabels import Prelabel, Source
from tests.conftest import REPOSITORY
from tests.formats.exports import Exports
from tests.formats.sample import CLASS_NAMES, sample, write_sample

MANY = 10_000
BOXES = 10
SECONDS = 60


def video_of(frames: int) -> ExportVideo:
    index = FrameIndex(np.arange(frames), np.ones(frames, bool), Fraction(1, 25))
    return ExportVideo("clip", Path("clip.mp4"), 1920, 1080, index, "run", "yolov8n")


def labeled_with(class_names: tuple[str, ...], frames: int = 1, boxes: int = 1) -> Labeled:
    """A box of each class in turn in every frame, without pictures."""
    found = tuple(
        LabeledFrame(
            0, frame, frame, f"clip-{frame:05}-mp4.png",
            tuple(
                Prelabel(
                    frame, (box * 90.5, 10.0, box * 90.5 + 80, 99.5),
                    class_names[box % len(class_names)], 0.5, Source.MODEL, box,
                )
                for box in range(boxes)
            ),
        )
        for frame in range(frames)
    )  # fmt: skip
    return Labeled((video_of(frames),), found, class_names, "none")


@pytest.mark.parametrize("format_", BUILT_IN, ids=lambda format_: format_.name)
def test_pictures_stay_inside_and_apart(format_: Format, exports: Exports) -> None:
    if "frames" not in format_.media:
        pytest.skip("has no pictures")
    paths = [frame.path for frame in sample(format_, "frames", exports.videos).frames]
    assert len(set(paths)) == len(paths)
    assert not any(path.startswith("/") or ".." in path.split("/") for path in paths)


@pytest.mark.parametrize("format_", BUILT_IN, ids=lambda format_: format_.name)
def test_labels_alone_and_no_labels_at_all_can_be_written(
    format_: Format, exports: Exports, tmp_path: Path
) -> None:
    if "none" not in format_.media:
        pytest.skip("needs pictures or videos")
    write_sample(format_, "none", tmp_path / "labels", exports.videos)
    assert any((tmp_path / "labels").iterdir())
    whole = labeled_with(("car",), 1, 0)
    (tmp_path / "empty").mkdir()
    format_.write(tmp_path / "empty", whole)
    assert any((tmp_path / "empty").iterdir())


@pytest.mark.parametrize("format_", BUILT_IN, ids=lambda format_: format_.name)
def test_what_was_cut_off_is_written_again(
    format_: Format, exports: Exports, tmp_path: Path
) -> None:
    media = format_.media[0]
    whole = write_sample(format_, media, tmp_path / "a", exports.videos, split=media == "frames")
    before = sorted((tmp_path / "a").rglob("*"))
    format_.write(tmp_path / "a", whole)
    assert sorted((tmp_path / "a").rglob("*")) == before


def test_yolo_tells_folders_relative_to_its_file(exports: Exports, tmp_path: Path) -> None:
    for split, train, val in ((False, "images", "images"), (True, "images/train", "images/val")):
        folder = tmp_path / str(split)
        write_sample(formats()["yolo"], "frames", folder, exports.videos, split=split)
        told = yaml.safe_load((folder / "data.yaml").read_text(encoding="utf-8"))
        assert (told["train"], told["val"], "path" in told) == (train, val, False)
        assert tuple(told["names"].values()) == CLASS_NAMES


def test_kitti_keeps_names_of_classes_apart_without_spaces(tmp_path: Path) -> None:
    names = ("a b", "a_b", "a  b", "car")
    formats()["kitti"].write(tmp_path, labeled_with(names, 1, 4))
    classes = json.loads((tmp_path / "classes.json").read_text(encoding="utf-8"))
    assert sorted(classes.values()) == sorted(names)
    (file,) = tmp_path.glob("training/label_02/*.txt")
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [classes[line.split(" ")[2]] for line in lines] == list(names)
    assert {len(line.split(" ")) for line in lines} == {18}


def test_no_two_boxes_of_a_picture_are_one_object(tmp_path: Path) -> None:
    """As trackers and their measures expect it."""
    (frame,) = labeled_with(("car",), 1, 4).frames
    tracks = (5, 5, -1, 0)
    boxes = tuple(replace(b, track=t) for b, t in zip(frame.prelabels, tracks, strict=True))
    whole = replace(labeled_with(("car",)), frames=(replace(frame, prelabels=boxes),))
    formats()["motchallenge"].write(tmp_path, whole)
    lines = (tmp_path / "train" / "clip" / "gt" / "gt.txt").read_text().splitlines()
    assert [int(line.split(",")[1]) for line in lines] == [6, 7, 8, 1]


@pytest.mark.parametrize("name", ["traffic: light", "#1"])
def test_voc_refuses_classes_that_its_list_of_labels_cannot_hold(name: str, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="another name") as caught:
        formats()["voc"].write(tmp_path, labeled_with((name,)))
    assert f"“{name}”" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_tables_have_their_columns_and_types_without_a_box(tmp_path: Path) -> None:
    formats()["parquet"].write(tmp_path, labeled_with(("car",), 3, 0))
    boxes, frames = (polars.read_parquet(tmp_path / f"{n}.parquet") for n in ("boxes", "frames"))
    assert boxes.height == 0
    assert boxes.schema["x0"] == polars.Float64
    assert boxes.schema["track"] == polars.Int64
    assert frames["frame"].to_list() == [0, 1, 2]
    assert frames["seconds"].to_list() == [0.0, 0.04, 0.08]


@pytest.mark.parametrize("name", ["coco", "csv", "motchallenge", "voc"])
def test_many_frames_take_seconds(name: str, tmp_path: Path) -> None:
    few = MANY // 20
    whole = labeled_with(("car", "truck"), few, BOXES)
    began = time.process_time()
    formats()[name].write(tmp_path, whole)
    assert time.process_time() - began < SECONDS * few / MANY


MINE = Format("mine", "Mine", lambda folder, labeled: (folder / "mine.txt").touch())


@pytest.fixture
def fresh() -> Iterator[None]:
    """Formats are looked for anew, before and after."""
    registry.formats.cache_clear()
    yield
    registry.formats.cache_clear()


def entry(value: str) -> EntryPoint:
    return EntryPoint("mine", value, registry.GROUP)


def test_an_installed_format_is_one_of_them(monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    found = [entry(f"{__name__}:MINE")]
    monkeypatch.setattr(registry, "entry_points", lambda group: found)
    assert list(registry.formats())[-1] == "mine"
    assert registry.formats()["mine"] == MINE


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("nowhere.at.all:MINE", "The format “mine” (nowhere.at.all:MINE) cannot be loaded"),
        (f"{__name__}:MANY", "is int, not core.export.base.Format"),
    ],
)
def test_a_broken_installed_format_is_told(
    value: str, says: str, monkeypatch: pytest.MonkeyPatch, fresh: None
) -> None:
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry(value)])
    with pytest.raises(ExportError, match="mend or uninstall the package") as caught:
        registry.formats()
    assert says in str(caught.value)


def test_the_documented_format_works_once_installed(tmp_path: Path) -> None:
    """Takes the example from docs/formats.md, installs it as pip would lay it out, writes it."""
    text = (REPOSITORY / "docs" / "formats.md").read_text(encoding="utf-8")
    (tmp_path / "my_formats.py").write_text(text.split("```python\n")[1].split("```")[0])
    about = tmp_path / "my_formats-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: my-formats\nVersion: 1\n")
    points = text.split("```toml\n")[1].split("```")[0]
    name, target = next(line for line in points.splitlines() if "=" in line).split(" = ")
    (about / "entry_points.txt").write_text(
        f"[{registry.GROUP}]\n{name} = {target.strip(chr(34))}\n"
    )
    script = "from core.export.registry import formats; print(*formats())"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        cwd=REPOSITORY, env={"PYTHONPATH": str(tmp_path), "PATH": ""},
    )  # fmt: skip
    assert done.stdout.split()[-1] == name
    code: dict[str, Format] = {}
    exec((tmp_path / "my_formats.py").read_text(), code)
    code["JSON_LINES"].write(tmp_path, labeled_with(("car",), 2, 3))
    assert len((tmp_path / "boxes.jsonl").read_text().splitlines()) == 6


def test_pictures_of_a_split_lie_in_its_folder() -> None:
    assert in_images(PictureName("clip", 4, 0, "a", ".png", "val")) == "images/val/a.png"
    name = PictureName("clip", 4, 4, "a", ".jpg", "")
    places = {each.name: each.place(name) for each in BUILT_IN}
    assert places["motchallenge"] == "train/clip/img1/000005.jpg"
    assert places["kitti"] == "training/image_02/clip/000004.jpg"
    assert places["voc"] == "JPEGImages/a.jpg"
