"""Embeddings beside a run: what is read back, and what a crash or a full disk leaves."""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import core.embeddings.store
import core.pipeline
from core.detections import Detections, FrameDetections, empty_detections, from_frames
from core.detectors.base import DetectorConfig
from core.embeddings.embeddings import Embeddings, unit_vectors
from core.embeddings.store import (
    EmbeddingWriter,
    embeddings_beside,
    load_embeddings,
    replace_embeddings,
    second_pass,
)
from core.errors import ProjectError, VideoError
from core.pipeline import process
from core.project import Project
from core.project.runs import load_detections
from core.video import VideoReader
from tests.conftest import MakeVideo
from tests.core.making import flickering_frames, frame_of, stream_of

COUNT = 12
MISSING = (2, 7)


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    return tmp_path / "0123456789ab.npz"


@pytest.fixture
def frames() -> list[FrameDetections]:
    return embedded(flickering_frames(COUNT, MISSING))


def embedded(frames: Sequence[FrameDetections]) -> list[FrameDetections]:
    """With vectors that say the number of their frame and box."""
    return [
        replace(
            frame,
            embedding=np.full(4, number, np.float16),
            objects=np.array([[number, box, 1] for box in range(len(frame))], np.float16),
        )
        for number, frame in enumerate(frames)
    ]


def written(
    run_file: Path, frames: Sequence[FrameDetections], *, start: int = 0, step: int = 5
) -> Detections:
    """Save frames from `start` on, a few at a time."""
    writer = EmbeddingWriter(run_file, load_detections(run_file), "paper backbone")
    for first in range(start, len(frames), step):
        stop = min(first + step, len(frames))
        writer.extend(frames[first:stop])
        writer.save(from_frames(frames[:stop]))
    return load_detections(run_file)


def loaded(run_file: Path) -> Embeddings:
    found = load_embeddings(run_file, load_detections(run_file))
    assert found is not None
    return found


def expect(found: Embeddings, frames: Sequence[FrameDetections]) -> None:
    assert np.array_equal(found.frames, [frame.embedding for frame in frames])
    assert found.objects is not None
    assert np.array_equal(found.objects, np.concatenate([frame.objects for frame in frames]))


@pytest.mark.parametrize("step", [1, 5, COUNT])
def test_what_was_written_is_read(run_file: Path, frames: list[FrameDetections], step: int) -> None:
    written(run_file, frames, step=step)
    found = loaded(run_file)
    expect(found, frames)
    assert (found.source, found.frames.dtype) == ("paper backbone", np.float16)
    assert isinstance(found.frames, np.memmap)


def test_a_run_without_embeddings_has_none(run_file: Path) -> None:
    detections = written(run_file, flickering_frames(COUNT, MISSING))
    assert detections.frame_count == COUNT
    assert load_embeddings(run_file, detections) is None
    assert list(run_file.parent.iterdir()) == [run_file]


@pytest.mark.parametrize("first", [0, 3, 6])
def test_frames_that_nobody_looked_at_are_zeros(
    run_file: Path, frames: list[FrameDetections], first: int
) -> None:
    for number in (*range(first), 9):
        frames[number] = frame_of([])
    written(run_file, frames)
    zeros = ~np.any(loaded(run_file).frames, axis=1)
    looked_at = [number for number in range(1, COUNT) if number >= first and number != 9]
    assert not zeros[looked_at].any()
    assert zeros[[*range(first), 9]].all()
    objects = loaded(run_file).objects
    assert objects is not None
    assert np.array_equal(objects[:, 0], from_frames(frames).frame)


def test_vectors_of_another_width_are_zeros(run_file: Path, frames: list[FrameDetections]) -> None:
    frames[4] = replace(frames[4], embedding=np.ones(7, np.float16), objects=None)
    detections = written(run_file, frames)
    found = loaded(run_file)
    assert not found.frames[4].any()
    assert found.objects is not None
    assert not found.objects[detections.rows(4)].any()
    assert np.array_equal(found.frames[5:], np.repeat(np.arange(5, COUNT), 4).reshape(-1, 4))


def test_a_detector_may_say_nothing_of_objects(
    run_file: Path, frames: list[FrameDetections]
) -> None:
    written(run_file, [replace(frame, objects=None) for frame in frames])
    assert loaded(run_file).objects is None
    assert loaded(run_file).frames.shape == (COUNT, 4)


def test_frames_without_boxes_have_no_objects(run_file: Path) -> None:
    nothing = replace(
        frame_of([]), embedding=np.ones(4, np.float16), objects=np.empty((0, 3), np.float16)
    )
    written(run_file, [nothing] * 3)
    objects = loaded(run_file).objects
    assert objects is not None
    assert objects.shape == (0, 3)


@pytest.mark.parametrize("name", ["frames.f16", "objects.f16", "embeddings.json"])
@pytest.mark.parametrize("damage", ["gone", "empty", "short"])
def test_a_file_that_is_missing_or_short_means_no_embeddings(
    run_file: Path,
    frames: list[FrameDetections],
    name: str,
    damage: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    detections = written(run_file, frames)
    file = run_file.with_suffix(f".{name}")
    if damage == "gone":
        file.unlink()
    else:
        os.truncate(file, 0 if damage == "empty" else file.stat().st_size - 1)
    assert load_embeddings(run_file, detections) is None
    assert ("cannot be used" in caplog.text) == ((name, damage) != ("embeddings.json", "gone"))


@pytest.mark.parametrize(
    "text",
    ['{"source": "x", "frames": "4", "objects": 3}', '{"source": 1, "frames": 4, "objects": 3}',
     '{"source": "x", "frames": -4, "objects": null}',
     '{"source": "x", "frames": 99999999999999999999, "objects": 1}',
     '{"frames": 4}', "[4, 3]", "null"],
)  # fmt: skip
def test_a_description_that_nobody_wrote_means_no_embeddings(
    run_file: Path, frames: list[FrameDetections], text: str
) -> None:
    detections = written(run_file, frames)
    run_file.with_suffix(".embeddings.json").write_text(text)
    assert load_embeddings(run_file, detections) is None


def crashed_after(
    run_file: Path, frames: Sequence[FrameDetections], writes: int, monkeypatch: pytest.MonkeyPatch
) -> bool:
    """Save frames until the process dies at its n-th change to the disk; False if it came through.

    A file that is being written at that moment holds a part of what it should.
    """

    class Killed(BaseException):
        pass

    left = writes
    real = core.embeddings.store._write

    def partial(path: Path, rows: int, more: np.ndarray) -> None:
        nonlocal left
        left -= 1
        real(path, rows, more)
        if left <= 0:
            os.truncate(path, path.stat().st_size - more.nbytes // 2 - 1)
            raise Killed

    def describing(*arguments: object) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            raise Killed
        describe(*arguments)

    def saving(path: Path, detections: Detections) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            raise Killed
        save(path, detections)

    describe, save = core.embeddings.store._describe, core.embeddings.store.save_detections
    with monkeypatch.context() as patch:
        patch.setattr(core.embeddings.store, "_write", partial)
        patch.setattr(core.embeddings.store, "_describe", describing)
        patch.setattr(core.embeddings.store, "save_detections", saving)
        try:
            written(run_file, frames)
        except Killed:
            return True
    return False


def test_a_crash_at_any_moment_leaves_what_the_run_says_and_it_can_be_gone_on_with(
    tmp_path: Path, frames: list[FrameDetections], monkeypatch: pytest.MonkeyPatch
) -> None:
    crashes = 0
    for writes in range(1, 100):
        folder = tmp_path / str(writes)
        folder.mkdir()
        run_file = folder / "run.npz"
        if not crashed_after(run_file, frames, writes, monkeypatch):
            break
        crashes += 1
        detections = load_detections(run_file)
        if reached := detections.frame_count:
            expect(loaded(run_file), frames[:reached])
        written(run_file, frames, start=reached)
        expect(loaded(run_file), frames)
    # A description, and at each of three checkpoints two columns and the detections.
    assert crashes == 1 + 3 * 3


def test_a_run_whose_embeddings_are_lost_goes_on_without(
    run_file: Path, frames: list[FrameDetections]
) -> None:
    written(run_file, frames[:6])
    run_file.with_suffix(".objects.f16").unlink()
    detections = written(run_file, frames, start=6)
    assert detections.frame_count == COUNT
    assert load_embeddings(run_file, detections) is None


def test_a_disk_that_is_full_is_a_sentence_and_what_is_pending_is_not_lost(
    run_file: Path, frames: list[FrameDetections], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, rows: int, more: np.ndarray) -> None:
        raise OSError(28, "No space left on device")

    writer = EmbeddingWriter(run_file, empty_detections())
    writer.extend(frames)
    with monkeypatch.context() as patch:
        patch.setattr(core.embeddings.store, "_write", full)
        with pytest.raises(ProjectError, match=r"could not be saved .*No space left.*: free some"):
            writer.save(from_frames(frames))
    assert not run_file.exists()
    writer.save(from_frames(frames))
    expect(loaded(run_file), frames)


def test_what_another_model_says_is_preferred_while_it_reaches_as_far(
    run_file: Path, frames: list[FrameDetections]
) -> None:
    written(run_file, frames[:8])
    other = [replace(f, embedding=np.full(2, 9, np.float16), objects=None) for f in frames[:8]]
    scratch = run_file.with_name("scratch.npz")
    writer = EmbeddingWriter(scratch, empty_detections(), "resnet18")
    writer.extend(other)
    writer.flush()
    replace_embeddings(second_pass(run_file), scratch)
    found = loaded(run_file)
    assert (found.source, found.frames.shape, found.objects) == ("resnet18", (8, 2), None)
    assert list(run_file.parent.glob("scratch*")) == []
    # Detection went on since.
    written(run_file, frames, start=8)
    expect(loaded(run_file), frames)


@pytest.fixture(scope="module")
def video(make_video: MakeVideo) -> Path:
    return make_video(frames=COUNT)


@pytest.fixture
def reader(video: Path) -> Iterator[VideoReader]:
    with VideoReader(video) as reader:
        yield reader


def test_a_detection_that_is_gone_on_with_keeps_every_row(
    reader: VideoReader, tmp_path: Path, frames: list[FrameDetections]
) -> None:
    project = Project.create(tmp_path / "p.flickerscope", reader.info)
    config = DetectorConfig("yolov9t.pt")
    gone = VideoError("the disk went away", mend="plug it in")
    with pytest.raises(VideoError):
        process(project, reader.index, config, stream=stream_of(frames, error_at=6, error=gone))
    run_file = project.run_file(project.runs[0].id)
    expect(loaded(run_file), frames[:6])
    process(project, reader.index, config, stream=stream_of(frames))
    expect(loaded(run_file), frames)
    assert loaded(run_file).source == "yolov9t backbone"
    shutil.rmtree(project.folder / "runs")
    project.close()


def test_unit_vectors_have_length_one_or_none() -> None:
    rows = np.array([[3, 4], [0, 0], [np.nan, 1], [np.inf, 1], [6e4, 6e4]], np.float16)
    assert np.linalg.norm(unit_vectors(rows), axis=1) == pytest.approx([1, 0, 0, 0, 1])


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="nobody counts descriptors here")
def test_files_are_open_only_while_rows_are_read(
    run_file: Path, frames: list[FrameDetections]
) -> None:
    written(run_file, frames)
    before = len(list(Path("/proc/self/fd").iterdir()))
    boxes = sum(map(len, frames))
    many = [embeddings_beside(run_file, len(frames), boxes) for _ in range(50)]
    rows = [each.frames[np.array([1, 3])] for each in many if each is not None]
    assert len(rows) == 50
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert np.array_equal(rows[0], loaded(run_file).frames[[1, 3]])
    assert embeddings_beside(run_file, len(frames) + 1, boxes) is None
