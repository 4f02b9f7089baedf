"""The validator of Lightly's layout: nothing to say of a clean folder, every damage named."""

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copy, copytree, rmtree
from typing import Any

import pytest

from core.errors import CloudError, VideoError
from core.lightly.names import PRELABEL_TASK, TASK
from core.lightly.validate import Fault, validate
from core.lightly.writer import write_layout
from tests.conftest import MakeVideo
from tests.core.layouts import ACCEPTED, CAR_JSON, COUNT, documents, video

PREDICTIONS, METADATA = ".lightly/predictions", ".lightly/metadata"
OWN = f"{PREDICTIONS}/{TASK}"
TASKS, SCHEMA, META_SCHEMA = (
    f"{PREDICTIONS}/tasks.json", f"{OWN}/schema.json", f"{METADATA}/schema.json",
)  # fmt: skip
FRAME, META = f"{OWN}/data/clip-02-mp4.json", f"{METADATA}/data/clip-02-mp4.json"
META_DOCUMENT = {
    "file_name": "data/clip-02-mp4.png", "type": "frame", "metadata": {"flickering": 0.5},
}  # fmt: skip


@pytest.fixture(scope="module")
def clip(make_video: MakeVideo) -> Path:
    return make_video(frames=COUNT)


@pytest.fixture(scope="module")
def clean(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both tasks and the video, which nobody changes."""
    out = tmp_path_factory.mktemp("clean") / "out"
    return write_layout([video(clip, [ACCEPTED])], out, with_videos=True).folder


@pytest.fixture
def folder(clean: Path, tmp_path: Path) -> Path:
    """A copy to damage, of the one task alone, without the video."""
    copytree(clean / ".lightly", tmp_path / ".lightly")
    rmtree(tmp_path / PREDICTIONS / PRELABEL_TASK)
    (tmp_path / TASKS).write_text(json.dumps([TASK]))
    return tmp_path


def test_a_clean_folder_has_no_fault(clean: Path, clip: Path) -> None:
    told: list[tuple[int, int]] = []
    found = validate(clean, [clip], on_progress=lambda done, total: told.append((done, total)))
    assert found == []
    assert told == 3 * [(i, COUNT) for i in range(1, COUNT + 1)]


def test_the_videos_of_the_folder_do_when_none_is_named(clean: Path, folder: Path) -> None:
    assert validate(clean, []) == []
    with pytest.raises(CloudError, match=r"There is no video to check .* against: name the videos"):
        validate(folder, [])


def written(path: str, document: object) -> Callable[[Path], None]:
    """Damage: a file says something else."""
    text = document if isinstance(document, str) else json.dumps(document)
    return lambda folder: _write(folder / path, text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def gone(path: str) -> Callable[[Path], None]:
    """Damage: a file or folder is missing."""
    return lambda folder: rmtree(folder / path) if (folder / path).is_dir() else _gone(folder, path)


def _gone(folder: Path, path: str) -> None:
    (folder / path).unlink()


def schema(**changes: Any) -> dict[str, Any]:
    categories = documents(video())[SCHEMA]["categories"]
    return {"task_type": "object-detection", "categories": categories, **changes}


def frame(*predictions: Any, **changes: Any) -> dict[str, Any]:
    return {"file_name": "data/clip-02-mp4.png", "predictions": list(predictions), **changes}


def box(**changes: Any) -> dict[str, Any]:
    return frame(CAR_JSON, {**CAR_JSON, **changes})


def meta_schema(**changes: Any) -> list[dict[str, Any]]:
    return [{**documents(video())[META_SCHEMA][0], **changes}]


@pytest.mark.parametrize(
    ("damage", "path", "says"),
    [
        (gone(TASKS), TASKS, "is not there"),
        (written(TASKS, "[1"), TASKS, "is not JSON (line 1: Expecting ',' delimiter)"),
        (written(TASKS, {TASK: 1}), TASKS, f"holds {{'{TASK}': 1}}, not a list of tasks"),
        (written(TASKS, []), TASKS, "holds [], not a list of tasks"),
        (written(TASKS, [TASK, 3]), TASKS, "holds 3, which cannot be the name of a task"),
        (written(TASKS, [TASK, "../x"]), TASKS, "holds '../x', which cannot be the name of a task"),
        (written(TASKS, [TASK, TASK]), TASKS, f"names the task '{TASK}' 2 times"),
        (written(TASKS, [TASK, "b"]), TASKS, "names the task 'b', which has no folder"),
        (gone(OWN), TASKS, f"names the task '{TASK}', which has no folder"),
        (written(TASKS, ["b"]), OWN, "is not named in tasks.json, so Lightly does not read it"),
        (gone(SCHEMA), SCHEMA, "is not there"),
        (written(SCHEMA, []), SCHEMA, "holds [], not an object with task_type and categories"),
        (
            written(SCHEMA, schema(task_type="detection")),
            SCHEMA, "has task_type 'detection', not 'object-detection'",
        ),
        (written(SCHEMA, schema(categories=None)), SCHEMA, "has categories nothing, not a list"),
        (
            written(SCHEMA, schema(categories=[{"id": "0", "name": "a"}])),
            SCHEMA, "category 1 has id '0', no whole number",
        ),
        (
            written(SCHEMA, schema(categories=[{"id": 0, "name": ""}])),
            SCHEMA, "category 1 has name '', no text",
        ),
        (
            written(SCHEMA, schema(categories=2 * [{"id": 1, "name": "car"}])),
            SCHEMA, "category 2 has id 1, which another category has, too",
        ),
        (
            gone(FRAME), OWN,
            "has no file for 1 of the 12 frames of clip.mp4 (data/clip-02-mp4.json)",
        ),
        (
            gone(f"{METADATA}/data"), METADATA,
            "has no file for 12 of the 12 frames of clip.mp4 (data/clip-00-mp4.json, "
            "data/clip-01-mp4.json, data/clip-02-mp4.json, …)",
        ),
        (written(FRAME, "\ufeff{}"), FRAME, "is not JSON (line 1: Unexpected UTF-8 BOM"),
        (written(FRAME, "[" * 100_000), FRAME, "is no JSON of this kind"),
        (written(FRAME, []), FRAME, "holds [], not an object with file_name and predictions"),
        (
            written(FRAME, frame(file_name="data/clip-02-mp4.jpg")), FRAME,
            "has file_name 'data/clip-02-mp4.jpg', not 'data/clip-02-mp4.png'",
        ),
        (
            written(FRAME, frame(file_name="data/clip-03-mp4.png")), FRAME,
            "has file_name 'data/clip-03-mp4.png', not 'data/clip-02-mp4.png'",
        ),
        (written(FRAME, frame(predictions={})), FRAME, "has predictions {}, not a list"),
        (written(FRAME, frame(5)), FRAME, "prediction 1 has bbox nothing, not [x, y, width"),
        (
            written(FRAME, box(category_id=3)), FRAME,
            "prediction 2 has category_id 3, which schema.json does not have",
        ),
        (
            written(FRAME, box(category_id=True)), FRAME,
            "prediction 2 has category_id True, which schema.json does not have",
        ),
        (written(FRAME, box(bbox=[1, 2, 3])), FRAME, "prediction 2 has bbox [1, 2, 3], not [x, y"),
        (
            written(FRAME, box(bbox=[1, 2, 3, float("nan")])), FRAME,
            "prediction 2 has bbox [1, 2, 3, nan], not [x, y, width, height] in px",
        ),
        (
            written(FRAME, box(bbox=[1, 2, 3, "4"])), FRAME,
            "prediction 2 has bbox [1, 2, 3, '4'], not [x, y, width, height] in px",
        ),
        (
            written(FRAME, box(bbox=[-0.5, 2, 3, 4])), FRAME,
            "prediction 2 has bbox [-0.5, 2, 3, 4], whose x or y is less than 0",
        ),
        (
            written(FRAME, box(bbox=[1, 2, 3, 0.9])), FRAME,
            "prediction 2 has bbox [1, 2, 3, 0.9], whose width or height is less than 1",
        ),
        (
            written(FRAME, box(bbox=[100, 2, 60.5, 4])), FRAME,
            "prediction 2 has bbox [100, 2, 60.5, 4], which reaches beyond the picture of "
            "160 × 96 px",
        ),
        (
            written(FRAME, box(bbox=[1, 90, 3, 7])), FRAME,
            "prediction 2 has bbox [1, 90, 3, 7], which reaches beyond the picture of 160 × 96 px",
        ),
        (
            written(FRAME, box(score=1.01)), FRAME,
            "prediction 2 has score 1.01, not a number within 0..1",
        ),
        (
            written(FRAME, box(score=None)), FRAME,
            "prediction 2 has score nothing, not a number within 0..1",
        ),
        (gone(META_SCHEMA), META_SCHEMA, "is not there"),
        (written(META_SCHEMA, {}), META_SCHEMA, "holds {}, not a list"),
        (written(META_SCHEMA, [5]), META_SCHEMA, "entry 1 has name nothing, no text"),
        (
            written(META_SCHEMA, meta_schema(path="x")),
            META_SCHEMA, "has no entry with the path 'flickering'",
        ),
        (
            written(META_SCHEMA, meta_schema(valueDataType="FLOAT")),
            META_SCHEMA, "entry 1 has valueDataType 'FLOAT', none of NUMERIC_INT, NUMERIC_FLOAT",
        ),
        (
            written(META_SCHEMA, meta_schema(defaultValue="0.5")),
            META_SCHEMA, "entry 1 has defaultValue '0.5', no NUMERIC_FLOAT",
        ),
        (written(META, 3), META, "holds 3, not an object with file_name, type and metadata"),
        (written(META, {**META_DOCUMENT, "type": "video"}), META, "has type 'video', not 'frame'"),
        (
            written(META, {**META_DOCUMENT, "file_name": "clip-02-mp4.png"}), META,
            "has file_name 'clip-02-mp4.png', not 'data/clip-02-mp4.png'",
        ),
        (written(META, {**META_DOCUMENT, "metadata": {}}), META, "has no value of 'flickering'"),
        (written(META, {**META_DOCUMENT, "metadata": 5}), META, "has no value of 'flickering'"),
        (
            written(META, {**META_DOCUMENT, "metadata": {"flickering": "0.5"}}), META,
            "has '0.5' as 'flickering', no NUMERIC_FLOAT",
        ),
        (
            written(META, {**META_DOCUMENT, "metadata": {"flickering": True}}), META,
            "has True as 'flickering', no NUMERIC_FLOAT",
        ),
    ],
)  # fmt: skip
def test_damage_is_named(
    folder: Path, clip: Path, damage: Callable[[Path], None], path: str, says: str
) -> None:
    damage(folder)
    found = [fault for fault in validate(folder, [clip]) if fault.path == path]
    assert says in "\n".join(fault.problem for fault in found)


def test_only_what_is_damaged_is_named(folder: Path, clip: Path) -> None:
    written(FRAME, box(bbox=[-1, 2, 3, 0.5], score=2))(folder)
    assert [str(fault) for fault in validate(folder, [clip])] == [
        f"{FRAME} prediction 2 has score 2, not a number within 0..1",
        f"{FRAME} prediction 2 has bbox [-1, 2, 3, 0.5], whose x or y is less than 0",
        f"{FRAME} prediction 2 has bbox [-1, 2, 3, 0.5], whose width or height is less than 1",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        "data/clip-2-mp4.json", "data/clip-002-mp4.json", "data/clip-02-mov.json",
        "data/clip-02-.json", "clip-02-mp4.json", "videos/clip-02-mp4.json",
        "data/Clip-02-mp4.json", "data/clip-02-MP4.json", "data/clip-02-mp4.JSON",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", [OWN, METADATA])
def test_a_badly_named_file_is_told_its_right_name(
    folder: Path, clip: Path, place: str, wrong: str
) -> None:
    right = "data/clip-02-mp4.json"
    (folder / place / wrong).parent.mkdir(exist_ok=True)
    (folder / place / right).rename(folder / place / wrong)
    assert validate(folder, [clip]) == [
        Fault(place, f"has no file for 1 of the 12 frames of clip.mp4 ({right})"),
        Fault(f"{place}/{wrong}", f"must be called {right}, as it is of frame 2 of clip.mp4"),
    ]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("data/clip-12-mp4.json", "is of frame 12, but clip.mp4 has 12 frames, counted from 0"),
        ("data/Clip-02-mp4.json", "is of frame 2 of clip.mp4, which has data/clip-02-mp4.json alr"),
        ("data/other-02-mp4.json", "belongs to no video that could be read (clip.mp4)"),
        ("data/clip_02.json", "is the name of no frame, such as data/clip-00-mp4.json"),
        ("data/clip-02-mp4.txt", "is the name of no frame, such as data/clip-00-mp4.json"),
    ],
)
def test_a_file_too_many_is_named(folder: Path, clip: Path, more: str, says: str) -> None:
    written(f"{OWN}/{more}", frame())(folder)
    [fault] = validate(folder, [clip])
    assert fault.path == f"{OWN}/{more}"
    assert fault.problem.startswith(says)


def test_a_video_longer_than_the_layout_is_noticed(folder: Path, make_video: MakeVideo) -> None:
    longer = make_video(frames=101)
    found = validate(folder, [longer])
    assert found[0].problem.startswith("has no file for 101 of the 101 frames of clip.mp4")
    assert found[1] == Fault(
        f"{OWN}/data/clip-00-mp4.json",
        "must be called data/clip-000-mp4.json, as it is of frame 0 of clip.mp4",
    )


def test_copies_of_the_videos_are_compared(clean: Path, clip: Path, tmp_path: Path) -> None:
    whole = Path(copytree(clean, tmp_path / "whole"))
    with (whole / "data" / "clip.mp4").open("ab") as file:
        file.write(b"more")
    assert validate(whole, [clip]) == [Fault("data/clip.mp4", f"is not the same video as {clip}")]
    (whole / "data" / "clip.mp4").rename(whole / "data" / "b.mp4")
    found = [str(fault) for fault in validate(whole, [clip])]
    assert found[0] == "data/clip.mp4 is not there, but other videos are"
    assert found[1].startswith(f"{PREDICTIONS}/{PRELABEL_TASK} has no file for 12 of the 12 frames")
    copy(clip, whole / "data" / "clip.mp4")
    (whole / "data" / "b.mp4").write_text("no video")
    assert [fault.path for fault in validate(whole, [])] == ["data/b.mp4"]


def test_a_video_that_cannot_be_read_is_a_sentence(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(VideoError):
        validate(folder, [tmp_path / "gone.mp4"])


def test_a_folder_without_lightlys_is_a_sentence(tmp_path: Path, clip: Path) -> None:
    for folder in (tmp_path, tmp_path / "gone"):
        with pytest.raises(CloudError, match=r"holds no folder \.lightly: give the folder that"):
            validate(folder, [clip])


def test_an_empty_layout_is_named_file_by_file(tmp_path: Path, clip: Path) -> None:
    (tmp_path / ".lightly").mkdir()
    assert [str(fault) for fault in validate(tmp_path, [clip])] == [
        f"{TASKS} is not there",
        f"{META_SCHEMA} is not there",
        f"{METADATA} has no file for 12 of the 12 frames of clip.mp4 (data/clip-00-mp4.json, "
        "data/clip-01-mp4.json, data/clip-02-mp4.json, …)",
    ]
