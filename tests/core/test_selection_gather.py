"""The pool of one or several projects, and a person's own numbers in it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.assertions.imputed import ImputedBox
from core.detections import Detections, empty_detections, empty_frame
from core.detectors.base import DetectorConfig, DetectorInfo
from core.embeddings.embeddings import Embeddings
from core.embeddings.store import EmbeddingWriter
from core.errors import SelectionError
from core.lightly.names import frame_name
from core.prelabels import Verdict
from core.project import Project, Run, SetDecisions, new_run_id
from core.project.changes import SetSelecting
from core.project.handover import Selecting
from core.selection.columns import COLUMNS
from core.selection.gather import Source, pool_of, source_of
from core.selection.metadata import with_metadata
from core.selection.pool import Pool
from core.selection.request import FrameId
from core.video import VideoReader
from tests.conftest import MakeVideo
from tests.core.pools import pool_of_noise
from tests.core.scenes import findings, missed, moving, video

FRAMES = 24


def seen() -> Detections:
    return video(
        missed(moving(FRAMES), 10),
        missed(moving(FRAMES, (300, 200), class_id=1), range(5)),
    )


@pytest.fixture(scope="module")
def clip(make_video: MakeVideo) -> Path:
    return make_video("clip.mp4", FRAMES)


INFO = DetectorInfo("net", "0" * 64, "torch", "cpu", ("car", "person", "truck"), "1")


@pytest.fixture
def project(clip: Path, tmp_path: Path) -> Iterator[Project]:
    with VideoReader(clip) as reader:
        made = Project.create(tmp_path / "clip.flickerscope", reader.info)
    yield made
    made.close()


@pytest.fixture
def source(project: Project) -> Source:
    run = Run.begin(new_run_id(), DetectorConfig(), INFO)
    boxes = [ImputedBox(frame, (0, 0, 9, 9), "car", 0.5, "flickering") for frame in (3, 4)]
    project.apply(SetDecisions.of(Verdict.ACCEPTED, boxes[:1], "Accept"))
    project.apply(SetDecisions.of(Verdict.REJECTED, boxes[1:], "Reject"))
    project.apply(SetSelecting(Selecting(exported=(7, 8))))
    return source_of(project, run, seen(), findings(seen()), 25.0, embeddings("net", FRAMES))


def embeddings(name: str, frames: int, width: int = 4) -> Embeddings:
    rng = np.random.default_rng(0)
    return Embeddings(
        name,
        rng.normal(size=(frames, width)).astype(np.float16),
        rng.normal(size=(len(seen()), 3)).astype(np.float16),
    )


def named(source: Source, name: str, **other: object) -> Source:
    return replace(source, video=replace(source.video, name=name, path=Path(name)), **other)


def test_a_pool_has_all_that_is_known_of_every_frame(source: Source) -> None:
    pool = pool_of([source])
    assert pool.frame.tolist() == list(range(FRAMES))
    assert pool.videos[0].name == "clip.mp4"
    assert (pool.videos[0].frame_count, pool.videos[0].model) == (FRAMES, "net")
    assert set(pool.columns) == {column.name for column in COLUMNS}
    assert all(len(column) == FRAMES for column in pool.columns.values())
    assert np.argmax(pool.columns["missed_boxes"]) == 10
    assert pool.class_names == ("car", "person", "truck")
    assert pool.class_counts[:6].tolist() == [[1, 0, 0]] * 5 + [[1, 1, 0]]
    assert np.flatnonzero(pool.marks["exported"]).tolist() == [7, 8]
    assert np.flatnonzero(pool.marks["reviewed"]).tolist() == [3]
    assert pool.violations["flickering"][10] > 0
    assert pool.violations["flickering"][11:].sum() == 0
    assert pool.embeddings is not None
    assert np.linalg.norm(pool.embeddings, axis=1) == pytest.approx(1, abs=1e-5)
    assert pool.objects is not None
    assert pool.offsets is not None
    assert pool.offsets.tolist() == seen().offsets.tolist()
    assert len(pool.objects) == len(seen())


def test_embeddings_are_taken_from_beside_the_run(project: Project) -> None:
    run, calm = Run.begin(new_run_id(), DetectorConfig(), INFO), empty_detections(3)
    writer = EmbeddingWriter(project.run_file(run.id), empty_detections(), "net backbone")
    writer.extend([replace(empty_frame(), embedding=np.ones(4, np.float16))] * 3)
    writer.save(calm)
    found = source_of(project, run, calm, findings(calm), 25.0)
    assert found.embeddings is not None
    assert found.embeddings.source == "net backbone"
    other = replace(run, id=new_run_id())
    assert source_of(project, other, calm, findings(calm), 25.0).embeddings is None


def test_frames_that_no_run_looked_at_are_no_candidates(source: Source) -> None:
    some = np.arange(FRAMES) % 3 == 0
    found = replace(source.findings, looked_at=some)
    pool = pool_of([replace(source, findings=found)])
    assert pool.frame.tolist() == list(range(0, FRAMES, 3))
    assert pool.objects is not None
    assert len(pool.objects) == seen().counts[::3].sum()
    assert pool.row(FrameId(0, 6)) == 2
    assert pool.row(FrameId(0, 7)) is None


def test_videos_stand_one_after_another_and_classes_go_by_name(source: Source) -> None:
    other = named(source, "other.mp4", class_names=("person", "bike", "car"))
    pool = pool_of([source, other])
    assert len(pool) == 2 * FRAMES
    assert pool.video.tolist() == [0] * FRAMES + [1] * FRAMES
    assert pool.class_names == ("car", "person", "truck", "bike")
    assert pool.class_counts[FRAMES].tolist() == [0, 1, 0, 0]
    assert pool.embeddings is not None
    assert pool.where(FRAMES + 2) == FrameId(1, 2)


@pytest.mark.parametrize("other", [None, embeddings("other", FRAMES), embeddings("net", FRAMES, 5)])
def test_videos_with_other_embeddings_are_not_compared(
    source: Source, other: Embeddings | None
) -> None:
    pool = pool_of([source, named(source, "other.mp4", embeddings=other)])
    assert pool.embeddings is None
    assert pool.objects is None


def test_frames_after_the_last_embedded_one_have_none(source: Source) -> None:
    pool = pool_of([replace(source, embeddings=embeddings("net", FRAMES - 2))])
    assert pool.embeddings is not None
    assert pool.embeddings.any(axis=1).tolist() == [True] * (FRAMES - 2) + [False] * 2
    frames_only = replace(embeddings("net", FRAMES), objects=None)
    assert pool_of([replace(source, embeddings=frames_only)]).objects is None


def test_nothing_to_choose_from_is_said(source: Source) -> None:
    nowhere = replace(source.findings, looked_at=np.zeros(FRAMES, np.bool_))
    for sources in ([], [replace(source, findings=nowhere)]):
        with pytest.raises(SelectionError, match="no frames to choose"):
            pool_of(sources)


POOL = pool_of_noise(12)
TWO = pool_of_noise(12, videos=2)


def with_file(pool: Pool, folder: Path, text: str, name: str = "numbers.csv") -> Pool:
    path = folder / name
    path.write_text(text, "utf-8")
    return with_metadata(pool, path)


def column(pool: Pool, name: str) -> Sequence[float | None]:
    return [None if np.isnan(value) else value for value in pool.columns[name].tolist()]


@pytest.mark.parametrize("sign", [",", ";"])
def test_a_csv_file_gives_columns(tmp_path: Path, sign: str) -> None:
    text = "\ufeffframe,rain,who,fog\n0,1.5,Anna,\n3,,Ben,nan\n5,-2e1,,4\n".replace(",", sign)
    pool = with_file(POOL, tmp_path, text)
    assert set(pool.columns) - set(POOL.columns) == {"rain", "fog"}
    assert column(pool, "rain") == [1.5] + [None] * 4 + [-20.0] + [None] * 6
    assert column(pool, "fog") == [None] * 5 + [4.0] + [None] * 6


def test_a_json_file_names_frames_as_lightly_does(tmp_path: Path) -> None:
    entries = [
        {"file_name": frame_name(TWO.videos[1].path, 4, 12), "rain": 3, "night": True},
        {"frame": 0, "video": "clip0.mp4", "rain": None, "night": False},
    ]
    pool = with_file(TWO, tmp_path, json.dumps(entries), "numbers.json")
    assert column(pool, "rain") == [None] * 16 + [3.0] + [None] * 7
    assert pool.columns["night"][[0, 16]].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("frame,rain\n12,1\n", "Line 2 .* frame 12, but clip0.mp4 has 12 frames"),
        ("frame,rain\n-1,1\n", "frame -1"),
        ("frame,rain\n1.5,1\n", "does not say which frame"),
        ("rain\n1\n", "does not say which frame"),
        ("frame,rain\n1,1\n1,2\n", "Line 3 .* earlier"),
        ("frame,rain\n1,1\n2,much\n", "“much” in the column “rain”"),
        ("frame,flickering\n1,1\n", "already"),
        ("frame,who\n1,Anna\n", "no numbers"),
        ("frame,rain\n1,1,1\n", "more values"),
        ("file_name,rain\nclip0-99-mp4.png,1\n", "no frame of these"),
        ("video,frame,rain\nclip9.mp4,1,1\n", "none of the videos"),
        ("", "no numbers"),
    ],
)
def test_what_is_wrong_with_a_csv_file_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SelectionError, match=sentence):
        with_file(POOL, tmp_path, text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("{", "not valid JSON"), ("{}", "no list"), ("[1]", "Entry 1 .* no object")],
)
def test_what_is_wrong_with_a_json_file_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SelectionError, match=sentence):
        with_file(POOL, tmp_path, text, "numbers.json")


def test_of_several_videos_the_file_names_one(tmp_path: Path) -> None:
    with pytest.raises(SelectionError, match="of which video"):
        with_file(TWO, tmp_path, "frame,rain\n1,1\n")


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(SelectionError, match="cannot be read"):
        with_metadata(POOL, tmp_path / "none.csv")
    (tmp_path / "picture.csv").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(SelectionError, match="cannot be read"):
        with_metadata(POOL, tmp_path / "picture.csv")
