"""Lightly's layout: its files, its tasks, its flickering, written whole and read back."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from labelformat.formats.lightly import LightlyObjectDetectionInput
from labelformat.model.bounding_box import BoundingBoxFormat
from numpy.typing import NDArray

from core.detections import Detections, from_frames
from core.detectors.base import Sampling
from core.errors import Cancelled, CloudError, ExportError
from core.export.png import encode_png
from core.importing.base import ForVideo
from core.importing.formats import import_detections
from core.lightly.names import PRELABEL_TASK, TASK
from core.lightly.writer import (
    LightlyVideo,
    layout_count,
    layout_files,
    lightly_video,
    write_layout,
)
from core.pipeline import findings_of, process
from core.project import Project
from core.project.handover import FlickeringValue
from core.video import VideoReader
from tests.conftest import CLIP_HEIGHT, CLIP_WIDTH, MakeVideo
from tests.core.layouts import (
    ACCEPTED,
    CAR_JSON,
    COUNT,
    DRAWN_TREE,
    PERSON_JSON,
    REJECTED,
    SEEN,
    documents,
    video,
)
from tests.core.making import NAMES, flickering_frames, frame_of, stream_of
from tests.core.test_pipeline import CONFIG

PREDICTIONS = ".lightly/predictions"
MISSING = (4, 8)

# Files


def test_every_frame_has_its_files() -> None:
    files = list(layout_files([video()]))
    frames = [f"data/clip-{i:02}-mp4.json" for i in range(COUNT)]
    task, metadata = f"{PREDICTIONS}/{TASK}", ".lightly/metadata"
    assert [file.path for file in files] == [
        f"{PREDICTIONS}/tasks.json",
        f"{task}/schema.json", *(f"{task}/{name}" for name in frames),
        f"{metadata}/schema.json", *(f"{metadata}/{name}" for name in frames),
    ]  # fmt: skip
    assert layout_count([video()]) == len(files)


def test_the_files_say_what_lightly_reads() -> None:
    files = documents(video())
    assert files[f"{PREDICTIONS}/tasks.json"] == [TASK]
    assert files[f"{PREDICTIONS}/{TASK}/schema.json"] == {
        "task_type": "object-detection",
        "categories": [{"id": i, "name": name} for i, name in enumerate(NAMES)],
    }
    assert files[f"{PREDICTIONS}/{TASK}/data/clip-02-mp4.json"] == {
        "file_name": "data/clip-02-mp4.png",
        "predictions": [CAR_JSON, PERSON_JSON],
    }
    assert files[f"{PREDICTIONS}/{TASK}/data/clip-04-mp4.json"]["predictions"] == []
    assert files[".lightly/metadata/schema.json"] == [
        {
            "name": "flickering",
            "path": "flickering",
            "defaultValue": 0.5,
            "valueDataType": "NUMERIC_FLOAT",
        }
    ]
    assert files[".lightly/metadata/data/clip-04-mp4.json"] == {
        "file_name": "data/clip-04-mp4.png",
        "type": "frame",
        "metadata": {"flickering": 1.0},
    }
    assert files[".lightly/metadata/data/clip-05-mp4.json"]["metadata"] == {"flickering": 0.5}


def test_frames_that_the_run_has_not_reached_have_files_without_boxes() -> None:
    reached = {frame: rows for frame, rows in SEEN.items() if frame < 4}
    assert documents(video(covered=4)) == documents(video(seen=reached))


def test_five_thousand_frames_take_a_second_or_two() -> None:
    frames, each = 5_000, 5
    corner = np.random.default_rng(1).uniform(0, 1500, (frames * each, 2)).astype(np.float32)
    boxes = Detections(
        np.hstack([corner, corner + 50]),
        np.full(len(corner), 0.5, np.float32),
        np.zeros(len(corner), np.int16),
        np.arange(0, len(corner) + 1, each),
    )
    whole = replace(
        video(frame_count=frames), detections=boxes, width=1920, height=1080, decisions=(ACCEPTED,)
    )
    began = time.process_time()
    assert sum(1 for _ in layout_files([whole])) == 3 * (frames + 1) + 1
    assert time.process_time() - began < 4


# The second task


def test_what_a_person_decided_is_a_second_task() -> None:
    files = documents(video(decisions=[ACCEPTED, REJECTED, DRAWN_TREE]))
    assert files[f"{PREDICTIONS}/tasks.json"] == [TASK, PRELABEL_TASK]
    task = f"{PREDICTIONS}/{PRELABEL_TASK}"
    names = [each["name"] for each in files[f"{task}/schema.json"]["categories"]]
    assert names == [*NAMES, "tree"]
    boxes = [files[f"{task}/data/clip-{i:02}-mp4.json"]["predictions"] for i in range(COUNT)]
    assert boxes[2] == [CAR_JSON, PERSON_JSON]
    assert boxes[3] == []
    assert boxes[4] == [
        {"category_id": 1, "bbox": [10.0, 20.0, 20.0, 20.0], "score": 0.875},
        {"category_id": 3, "bbox": [50.0, 20.5, 10.0, 19.5], "score": 1.0},
    ]
    assert boxes[7] == [PERSON_JSON]
    assert sum(map(len, boxes)) == 5
    own = files[f"{PREDICTIONS}/{TASK}/data/clip-03-mp4.json"]["predictions"]
    assert own == [CAR_JSON]


def test_decisions_that_change_no_box_make_no_second_task() -> None:
    nothing = replace(REJECTED, box=replace(REJECTED.box, frame=9))
    declined = replace(ACCEPTED, verdict=REJECTED.verdict)
    files = documents(video(decisions=[nothing, declined]))
    assert files[f"{PREDICTIONS}/tasks.json"] == [TASK]
    assert files.keys() == documents(video()).keys()


def test_a_frame_that_the_run_has_not_reached_may_have_a_box_of_a_person() -> None:
    files = documents(video(decisions=[ACCEPTED], covered=3))
    path = f"{PREDICTIONS}/{PRELABEL_TASK}/data/clip-04-mp4.json"
    assert [box["score"] for box in files[path]["predictions"]] == [0.875]


def test_several_videos_share_their_categories() -> None:
    first = video(Path("a.mp4"), names=("person", "car"))
    second = video(Path("b.mp4"), [DRAWN_TREE], names=("bus", "person"))
    files = documents(first, second)
    for task, more in ((TASK, []), (PRELABEL_TASK, ["tree"])):
        categories = files[f"{PREDICTIONS}/{task}/schema.json"]["categories"]
        assert [each["id"] for each in categories] == list(range(3 + len(more)))
        assert [each["name"] for each in categories] == ["person", "car", "bus", *more]
        for name, ids in (("a", [1, 0]), ("b", [0, 2])):
            boxes = files[f"{PREDICTIONS}/{task}/data/{name}-02-mp4.json"]["predictions"]
            assert [box["category_id"] for box in boxes] == ids
    assert layout_count([first, second]) == len(files)


def test_two_classes_of_the_same_name_are_one_category() -> None:
    files = documents(video(decisions=[ACCEPTED], names=("person", "person", "car")))
    for task in (TASK, PRELABEL_TASK):
        schema = files[f"{PREDICTIONS}/{task}/schema.json"]
        assert [each["name"] for each in schema["categories"]] == ["person", "car"]
        boxes = files[f"{PREDICTIONS}/{task}/data/clip-02-mp4.json"]["predictions"]
        assert [box["category_id"] for box in boxes] == [0, 0]
    [accepted] = files[f"{PREDICTIONS}/{PRELABEL_TASK}/data/clip-04-mp4.json"]["predictions"]
    assert accepted["category_id"] == 1


def test_a_class_without_a_name_is_a_sentence() -> None:
    with pytest.raises(CloudError, match="A class of the detector has no name"):
        layout_files([video(names=("person", "", "car"))])


# Flickering


@pytest.fixture
def project(make_video: MakeVideo, tmp_path: Path) -> Iterator[Project]:
    with VideoReader(make_video(frames=COUNT)) as reader:
        made = Project.create(tmp_path / "p.flickerscope", reader.info)
    yield made
    made.close()


def snapshot(
    project: Project, value: FlickeringValue, seen: int = COUNT
) -> tuple[LightlyVideo, NDArray[np.float32]]:
    """What is handed over of a run, and its graded scores, which are less than 1."""
    frames = flickering_frames(COUNT, MISSING)
    with VideoReader(project.video.path) as reader:
        run = process(project, reader.index, CONFIG, stream=stream_of(frames)).run
        found = from_frames(frames[:seen])
        findings = findings_of(project, run, found, reader.index)
    missing = replace(findings.missing, plausibility=0.5 * findings.missing.plausibility)
    findings = replace(findings, violations=replace(findings.violations, missing=missing))
    return lightly_video(project, run, found, findings, value), findings.scores


def test_a_project_is_handed_over_with_its_flickering(project: Project) -> None:
    flagged, scores = snapshot(project, "flagged")
    assert (flagged.path, flagged.frame_count) == (project.video.path, COUNT)
    assert (flagged.width, flagged.height) == (CLIP_WIDTH, CLIP_HEIGHT)
    assert (flagged.class_names, flagged.unseen) == (NAMES, 0)
    assert np.flatnonzero(flagged.flickering == 1).tolist() == list(MISSING)
    assert np.flatnonzero(flagged.flickering == 0.5).tolist() == [0, 1, 2, 3, 5, 6, 7, 9, 10, 11]
    graded, _ = snapshot(project, "graded")
    assert 0 < scores[4] < 1
    assert graded.flickering.tolist() == (0.5 + 0.5 * scores).tolist()


def test_the_tutorials_value_is_exactly_its_own(project: Project) -> None:
    with VideoReader(project.video.path) as reader:
        frames = [frame_of([]), *flickering_frames(COUNT - 1, MISSING)]
        found = process(project, reader.index, CONFIG, stream=stream_of(frames))
    scores = found.findings.tutorial_scores
    handed = lightly_video(project, found.run, found.detections, found.findings, "tutorial")
    assert handed.flickering.tolist() == scores.tolist()
    assert set(scores.tolist()) == {0.5, 1.0}


@pytest.mark.parametrize("value", ["flagged", "graded", "tutorial"])
def test_frames_that_nobody_looked_at_are_counted_and_calm(
    project: Project, value: FlickeringValue
) -> None:
    found, _ = snapshot(project, value, seen=9)
    assert found.unseen == 3
    assert found.flickering[9:].tolist() == [0.5, 0.5, 0.5]
    with VideoReader(project.video.path) as reader:
        config = replace(CONFIG, sampling=Sampling(every=2))
        frames = flickering_frames(COUNT, ())
        done = process(project, reader.index, config, stream=stream_of(frames))
    half = lightly_video(project, done.run, done.detections, done.findings, value)
    assert half.unseen == 6
    assert half.flickering[1::2].tolist() == [0.5] * 6


# Reading back


def test_the_own_reader_finds_the_same_boxes(tmp_path: Path) -> None:
    made = video(decisions=[ACCEPTED])
    folder = write_layout([made, video(Path("b.mp4"))], tmp_path / "out", with_videos=False).folder
    expected = made.detections
    found = import_detections(
        folder / PREDICTIONS / TASK, ForVideo("clip.mp4", COUNT, CLIP_WIDTH, CLIP_HEIGHT)
    )
    assert found.class_names == NAMES
    assert found.detections.offsets.tolist() == expected.offsets.tolist()
    assert found.detections.class_id.tolist() == expected.class_id.tolist()
    np.testing.assert_allclose(found.detections.xyxy, expected.xyxy, atol=0.011)
    np.testing.assert_allclose(found.detections.score, expected.score, atol=1e-6)


def test_labelformat_reads_equal_boxes(tmp_path: Path) -> None:
    videos = [video(decisions=[ACCEPTED, DRAWN_TREE]), video(Path("b.mp4"), seen={})]
    folder = write_layout(videos, tmp_path / "out", with_videos=False).folder
    picture = encode_png(np.zeros((CLIP_HEIGHT, CLIP_WIDTH, 3), np.uint8))
    files = documents(*videos)
    for task in (TASK, PRELABEL_TASK):
        place = f"{PREDICTIONS}/{task}/data/"
        names = {doc["file_name"]: doc for path, doc in files.items() if path.startswith(place)}
        for name in names:
            image = tmp_path / "images" / name
            image.parent.mkdir(parents=True, exist_ok=True)
            image.write_bytes(picture)
        images = "../../../../images"
        reader = LightlyObjectDetectionInput(folder / PREDICTIONS / task, images)
        labels = list(reader.get_labels())
        assert {label.image.filename for label in labels} == names.keys()
        for label in labels:
            found = [
                {
                    "category_id": each.category.id,
                    "bbox": pytest.approx(each.box.to_format(BoundingBoxFormat.XYWH)),
                    "score": each.confidence,
                }
                for each in label.objects
            ]
            assert names[label.image.filename]["predictions"] == found


# Writing


def test_the_folder_is_what_was_told(tmp_path: Path, make_video: MakeVideo) -> None:
    path = make_video(frames=COUNT)
    told: list[tuple[int, int]] = []
    written = write_layout(
        [video(path)], tmp_path / "out", with_videos=True,
        on_progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    files = [file for file in (tmp_path / "out").rglob("*") if file.is_file()]
    assert written.folder == tmp_path / "out"
    assert written.files == len(files) == layout_count([video(path)]) + 1
    assert written.bytes == sum(file.stat().st_size for file in files)
    assert told == [(i, len(files)) for i in range(1, len(files) + 1)]
    assert (tmp_path / "out" / "data" / "clip.mp4").read_bytes() == path.read_bytes()
    for path_, document in documents(video(path)).items():
        assert json.loads((tmp_path / "out" / path_).read_bytes()) == document


def test_without_videos_there_is_only_lightlys_folder(tmp_path: Path) -> None:
    write_layout([video()], tmp_path / "out", with_videos=False)
    assert [entry.name for entry in (tmp_path / "out").iterdir()] == [".lightly"]


def test_a_cancelled_or_failed_writing_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "a" / "out"
    told: list[int] = []
    with pytest.raises(Cancelled):
        write_layout(
            [video()], out, with_videos=False,
            on_progress=lambda done, total: told.append(done), cancelled=lambda: len(told) == 5,
        )  # fmt: skip
    with pytest.raises(ExportError, match=r"The video .*gone.mp4 cannot be read \(No such file"):
        write_layout([video(tmp_path / "gone.mp4")], out, with_videos=True)
    assert list((tmp_path / "a").iterdir()) == []


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(ExportError, match="it exists already and is not an empty folder"):
        write_layout([video()], tmp_path, with_videos=False)
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine.txt"]
