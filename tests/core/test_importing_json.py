"""COCO results and data sets, and Lightly's predictions."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import ImportedDetectionsError
from core.export.base import FormatWriter, LabeledFrame
from core.export.coco import write_coco
from core.export.yolo import write_yolo
from core.importing.base import ForVideo, Imported, ImportOptions
from core.importing.formats import import_detections
from core.lightly.names import frame_name
from core.prelabels import Prelabel, Source

HIGHWAY = ForVideo("highway.mp4", 10, 200, 100)
CATEGORIES = [{"id": 7, "name": "car"}, {"id": 3, "name": "person"}]


def entry(image: Any = 2, **changes: Any) -> dict[str, Any]:
    whole = {"image_id": image, "category_id": 3, "bbox": [10, 20, 30.5, 40], "score": 0.75}
    return {**whole, **changes}


def load(path: Path, **options: Any) -> Imported:
    return import_detections(path, HIGHWAY, ImportOptions(**options))


def refusal(path: Path, **options: Any) -> str:
    with pytest.raises(ImportedDetectionsError) as caught:
        load(path, **options)
    return str(caught.value)


def saved(folder: Path, document: Any, name: str = "results.json") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


# COCO


def test_results_are_boxes_by_frame_number(tmp_path: Path) -> None:
    path = saved(tmp_path, [entry(5), entry(0, category_id=1), entry(5, bbox=[0, 0, 5, 5])])
    got = load(path)
    assert got.detections.frame_count == 10
    assert got.detections.frame.tolist() == [0, 5, 5]
    assert got.detections.xyxy.tolist() == [[10, 20, 40.5, 60], [10, 20, 40.5, 60], [0, 0, 5, 5]]
    assert got.detections.class_id.tolist() == [1, 3, 3]
    assert got.class_names == ("class 0", "class 1", "class 2", "class 3")
    assert got.format == "coco"
    assert load(path, class_names=("a", "b", "c", "d")).class_names == ("a", "b", "c", "d")


def test_results_may_name_pictures(tmp_path: Path) -> None:
    path = saved(tmp_path, [entry("highway_10"), entry("highway_9"), entry("other_3")])
    assert load(path).detections.frame.tolist() == [8, 9]
    assert load(saved(tmp_path, [])).detections.frame_count == 10


def test_results_without_scores_get_one_and_crowds_are_left_out(tmp_path: Path) -> None:
    alone = entry()
    del alone["score"]
    got = load(saved(tmp_path, [alone, entry(score=None), entry(iscrowd=1)]))
    assert got.detections.score.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (17, "is no object"),
        (entry(None), "has image_id nothing, neither text nor a whole number"),
        (entry(True), "has image_id True, neither"),
        (entry(2.5), "has image_id 2.5, neither"),
        (entry(-1), "has image_id -1, neither"),
        (entry(11), "is of frame 11, but highway.mp4 has 10 frames, here numbered 0 to 9"),
        (entry(10**25), "has no frame"),
        (entry(category_id="3"), "has category_id '3', no whole number"),
        (entry(category_id=True), "has category_id True, no whole number"),
        (entry(category_id=32768), "has category_id 32768, not 0..32767"),
        (entry(category_id=-1), "has category_id -1, not 0..32767"),
        (entry(bbox=None), "has bbox nothing, not [x, y, width, height]"),
        (entry(bbox=[1, 2, 3]), "has bbox [1, 2, 3], not"),
        (entry(bbox=[1, 2, "3", 4]), "has a bbox with '3', no number"),
        (entry(bbox=[1, 2, True, 4]), "has a bbox with True, no number"),
        (entry(bbox=[1, 2, float("nan"), 4]), "is not finite"),
        (entry(bbox=[10**400, 2, 3, 4]), "has a bbox with 1000"),
        (entry(bbox=[1e308, 2, 1e308, 4]), "is not finite"),
        (entry(bbox=[1, 2, 0, 4]), "has no width or no height"),
        (entry(bbox=[1, 2, 3, -4]), "has no width or no height"),
        (entry(bbox=[201, 2, 3, 4]), "lies outside the picture of highway.mp4, 200 × 100 px"),
        (entry(bbox=[1, 2, 210, 4]), "reaches far outside the picture of highway.mp4"),
        (entry(bbox=[1, -6, 20, 40]), "reaches far outside the picture of highway.mp4"),
        (entry(score=1.5), "has a score that is not within 0..1"),
        (entry(score=float("nan")), "has a score that is not within 0..1"),
        (entry(score="high"), "has score 'high', no number"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, bad: Any, says: str) -> None:
    told = refusal(saved(tmp_path, [entry(0), bad, entry()]))
    assert told.startswith("Entry 2 of results.json")
    assert says in told


def test_boxes_that_reach_a_little_beyond_the_picture_are_clipped(tmp_path: Path) -> None:
    got = load(saved(tmp_path, [entry(bbox=[-9, -4, 218, 108])]))
    assert got.detections.xyxy.tolist() == [[0, 0, 200, 100]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[\n{"a": 1},\n{"b" 2}]', "Line 3 of results.json is not JSON"),
        ("", "Line 1 of results.json is not JSON"),
        ("[" * 100_000, "results.json is no JSON of this kind"),
        (f"[{'1' * 5000}]", "results.json is no JSON of this kind"),
        ("12", "holds neither list nor object"),
        ("{}", "results.json holds no list of images"),
        ('{"images": [], "annotations": {}}', "results.json holds no list of annotations"),
    ],
)
def test_what_is_no_coco_is_refused(tmp_path: Path, text: str, says: str) -> None:
    assert says in refusal(saved(tmp_path, text))


def data_set(**changes: Any) -> dict[str, Any]:
    images = [
        {"id": n + 1, "file_name": f"highway/{n:06}.jpg", "width": 200, "height": 100}
        for n in range(10)
    ]
    whole = {
        "images": images,
        "annotations": [entry(3), entry(1, iscrowd=1), entry(1)],
        "categories": CATEGORIES,
    }
    return {**whole, **changes}


def test_a_data_set_tells_frames_by_file_name_and_has_its_own_classes(tmp_path: Path) -> None:
    got = load(saved(tmp_path, data_set()), class_names=("not", "asked"))
    assert got.detections.frame.tolist() == [0, 2]
    assert got.class_names == ("car", "person")
    assert got.detections.class_id.tolist() == [1, 1]


def test_pictures_without_boxes_tell_where_counting_begins(tmp_path: Path) -> None:
    images = [{"id": n, "file_name": f"frame_{n:04}.png"} for n in range(1, 11)]
    got = load(saved(tmp_path, data_set(images=images)))
    assert got.detections.frame.tolist() == [0, 2]
    few = load(saved(tmp_path, data_set(images=images[:5])))
    assert few.detections.frame.tolist() == [1, 3]
    said = load(saved(tmp_path, data_set(images=images[:5])), first_frame=1)
    assert said.detections.frame.tolist() == [0, 2]


def test_pictures_without_file_names_are_told_by_id(tmp_path: Path) -> None:
    got = load(saved(tmp_path, data_set(images=[{"id": n} for n in range(5)])))
    assert got.detections.frame.tolist() == [1, 3]


def test_pictures_of_other_videos_are_left_out(tmp_path: Path) -> None:
    images = [
        {"id": 1, "file_name": "highway/0004.jpg"},
        {"id": 3, "file_name": "other/0004.jpg", "width": 64, "height": 48},
    ]
    got = load(saved(tmp_path, data_set(images=images)))
    assert got.detections.frame.tolist() == [4]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"annotations": [entry(3), entry(99)]}, "Annotation 2 of results.json has image_id 99"),
        (
            {"annotations": [entry(3, category_id=1)]},
            "Annotation 1 of results.json has category_id 1, which is none of the categories",
        ),
        ({"annotations": [entry(3, bbox=[])]}, "Annotation 1 of results.json has bbox []"),
        ({"images": [{"id": 1}, {"id": 1}]}, "Image 1 of results.json (1) and Image 2"),
        (
            {"images": [{"id": 1, "file_name": "1.png"}, {"id": 1, "file_name": "2.png"}]},
            "Image 2 of results.json has the id 1 of another image",
        ),
        (
            {"images": [{"id": 1, "width": 640, "height": 480}]},
            "Image 1 of results.json is 640 × 480 px, but highway.mp4 is 200 × 100",
        ),
        (
            {"images": [{"id": 1, "file_name": "other_1.jpg"}]},
            "Image 1 of results.json (other_1.jpg) is of 'other', not of 'highway'",
        ),
        ({"categories": [{"id": 3}]}, "Category 1 of results.json has id 3 and name nothing"),
        ({"categories": [CATEGORIES[0]] * 2}, "Category 2 of results.json has id 7"),
        ({"categories": [{"id": "3", "name": "a"}]}, "Category 1 of results.json has id '3'"),
        ({"categories": [None]}, "Category 1 of results.json is no object"),
    ],
)
def test_a_wrong_data_set_is_refused(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    assert says in refusal(saved(tmp_path, data_set(**changes)))


def test_a_hundred_thousand_results_take_seconds(tmp_path: Path) -> None:
    video = ForVideo("highway.mp4", 10_000, 200, 100)
    path = saved(tmp_path, [entry(i // 10, category_id=i % 80) for i in range(100_000)])
    began = time.perf_counter()
    got = import_detections(path, video)
    assert time.perf_counter() - began < 5
    assert got.detections.counts.tolist() == [10] * 10_000


@pytest.mark.parametrize(("writer", "name"), [(write_coco, "annotations.json"), (write_yolo, ".")])
def test_what_this_program_exports_can_be_imported(
    tmp_path: Path, writer: FormatWriter, name: str
) -> None:
    video = Path(HIGHWAY.name)
    boxes = [
        Prelabel(frame, (10.0, 20.0, 40.5, 60.0), "car", 0.75, Source.MODEL) for frame in (2, 7)
    ]
    labeled = [
        LabeledFrame(box.frame, frame_name(video, box.frame, 10), 200, 100, (box,)) for box in boxes
    ]
    writer(tmp_path, labeled, ("person", "car"))
    got = load(tmp_path / name)
    assert got.detections.frame.tolist() == [2, 7]
    np.testing.assert_allclose(got.detections.xyxy, [[10, 20, 40.5, 60]] * 2, atol=1e-3)
    assert got.class_names == ("person", "car")
    assert got.detections.class_id.tolist() == [1, 1]


# Lightly


def frame_file(name: str, *predictions: dict[str, Any]) -> dict[str, Any]:
    return {"file_name": f"videos/{name}.png", "predictions": list(predictions)}


def task(folder: Path, frames: dict[str, Any], **schema: Any) -> Path:
    """A `.lightly` folder with one task."""
    predictions = folder / ".lightly" / "predictions"
    saved(predictions, ["yolo"], "tasks.json")
    whole = {"task_type": "object-detection", "categories": CATEGORIES, **schema}
    saved(predictions, whole, "yolo/schema.json")
    for name, document in frames.items():
        saved(predictions, document, f"yolo/videos/{name}.json")
    return folder / ".lightly"


PREDICTION = {"category_id": 3, "bbox": [10, 20, 30, 40], "score": 0.75}


def test_lightly_predictions_are_read_from_every_folder_above_them(tmp_path: Path) -> None:
    names = ("highway-01-mp4", "highway-07-mp4")
    top = task(
        tmp_path,
        {
            names[1]: frame_file(names[1], PREDICTION, {**PREDICTION, "category_id": 7}),
            names[0]: frame_file(names[0], {**PREDICTION, "bbox": [0, 0, 9, 9], "score": 1}),
            "other-99-mp4": "not even JSON",
        },
    )
    for path in (tmp_path, top, top / "predictions", top / "predictions" / "yolo"):
        got = load(path)
        assert got.detections.frame.tolist() == [1, 7, 7]
        assert got.detections.xyxy.tolist() == [[0, 0, 9, 9], [10, 20, 40, 60], [10, 20, 40, 60]]
        assert got.detections.class_id.tolist() == [1, 1, 0]
        np.testing.assert_allclose(got.detections.score, [1, 0.75, 0.75])
        assert (got.class_names, got.format) == (("car", "person"), "lightly")


@pytest.mark.parametrize("tasks", [[], ["yolo", "rcnn"]])
def test_several_tasks_are_named_for_a_choice(tmp_path: Path, tasks: list[str]) -> None:
    top = task(tmp_path, {})
    saved(top / "predictions", tasks, "tasks.json")
    says = refusal(top)
    assert f"names {len(tasks)} tasks ({', '.join(tasks)}): give the folder of one" in says


@pytest.mark.parametrize(
    ("tasks", "says"),
    [(["rcnn"], "names the task 'rcnn'"), ({"a": 1}, "holds no list of tasks"), ("[", "Line 1 of")],
)
def test_a_wrong_list_of_tasks_is_refused(tmp_path: Path, tasks: Any, says: str) -> None:
    top = task(tmp_path, {})
    saved(top / "predictions", tasks, "tasks.json")
    assert says in refusal(top)


def test_a_task_that_detects_no_objects_is_refused(tmp_path: Path) -> None:
    says = refusal(task(tmp_path, {}, task_type="classification"))
    assert "has task_type 'classification', not 'object-detection'" in says


def test_predictions_of_other_videos_alone_are_refused(tmp_path: Path) -> None:
    says = refusal(task(tmp_path, {"other-01-mp4": frame_file("other-01-mp4")}))
    assert "videos/other-01-mp4.json is of 'other.mp4', not of 'highway' (highway.mp4)" in says
    assert "holds no predictions" in refusal(task(tmp_path / "empty", {}))


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("{\n\n]", "Line 3 of videos/highway-01-mp4.json is not JSON"),
        ([], "videos/highway-01-mp4.json is no object"),
        (frame_file("highway-02-mp4"), "has file_name 'videos/highway-02-mp4.png'"),
        ({"file_name": "highway-01-mp4.png"}, "highway-01-mp4.json holds no list of predictions"),
        (
            frame_file("highway-01-mp4", PREDICTION, {}),
            "Prediction 2 of videos/highway-01-mp4.json",
        ),
        (
            frame_file("highway-01-mp4", {**PREDICTION, "score": 2}),
            "Prediction 1 of videos/highway-01-mp4.json: the box from (10, 20) to (40, 60) px",
        ),
    ],
)
def test_a_wrong_prediction_is_named(tmp_path: Path, document: Any, says: str) -> None:
    assert says in refusal(task(tmp_path, {"highway-01-mp4": document}))


def test_a_prediction_of_a_frame_that_the_video_lacks_is_named(tmp_path: Path) -> None:
    name = "highway-11-mp4"
    says = refusal(task(tmp_path, {name: frame_file(name)}))
    assert f"videos/{name}.json is of frame 11, but highway.mp4 has 10 frames" in says
