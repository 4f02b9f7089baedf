"""Embeddings by another model: a second pass over the video of a run that is there."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from core.detections import Detections, FrameDetections, empty_detections
from core.detectors.base import BUILT_IN, Sampling
from core.detectors.overlap import ahead
from core.embeddings.embeddings import Embeddings
from core.embeddings.models import EmbeddingModel, Seen, load_embedding_model
from core.embeddings.store import (
    EmbeddingWriter,
    load_embeddings,
    remove_embeddings,
    replace_embeddings,
    second_pass,
)
from core.errors import Cancelled, DamagedFrameError, DetectorError, ProjectError
from core.frames import FrameIndex, FrameRange
from core.project import Project, Run
from core.project.runs import load_detections
from core.video.picture import DecodedFrame
from core.video.reader import VideoReader


@dataclass(frozen=True)
class EmbedRequest:
    """Which run to look at once more, and with what; for any process."""

    video: Path
    index: FrameIndex
    run_file: Path
    sampling: Sampling
    """Which frames the run looks at; no others are looked at here."""
    model: str
    """See `core.embeddings.models.load_embedding_model`."""

    def frames(self, detections: Detections) -> range:
        """The frames that are looked at."""
        return self.sampling.frames(detections.frame_count)


def embed_request(project: Project, index: FrameIndex, model: str | None = None) -> EmbedRequest:
    """What is to be done for a project's chosen run; without a model, with its own detector's.

    Raises:
        ProjectError: Nothing was detected yet.
        DetectorError: No model is given, and the run has none that could be used.
    """
    run = project.run
    if run is None:
        raise ProjectError(
            f"The project {project.folder} has no run yet",
            mend=f"run `flickerscope process {project.video.path}` first",
        )
    chosen = model or _own_model(run)
    run_file = project.run_file(run.id)
    return EmbedRequest(project.video.path, index, run_file, run.config.sampling, chosen)


def embed(
    project: Project,
    reader: VideoReader,
    model: str | None = None,
    *,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Embeddings:
    """Embed the frames of a project's chosen run, and its boxes where the model tells of them.

    What comes of it is kept beside the run and used instead of what its detector said.

    Args:
        project: Any, also one whose run was imported.
        reader: Its video.
        model: See `core.embeddings.models.load_embedding_model`; None takes the run's detector.
        on_progress: Told frames done, and how many there are.
        cancelled: Asked after each batch.

    Raises:
        Cancelled: `cancelled` said so; what was there before still is.
        DetectorError: The model cannot be found, loaded or run.
        ProjectError: There is no run, or the embeddings cannot be written.
        VideoError: The video cannot be read.
    """
    request = embed_request(project, reader.index, model)
    detections = load_detections(request.run_file)
    total = len(request.frames(detections))
    with closing(stream_embedding(request)) as steps:
        for done in steps:
            on_progress(done, total)
            if cancelled():
                raise Cancelled
    found = load_embeddings(request.run_file, detections)
    if found is None:
        raise ProjectError(
            f"No frame of {project.video.path} could be embedded", mend="check the video"
        )
    return found


def stream_embedding(request: EmbedRequest) -> Generator[int, None, None]:
    """The same as a stream of frames done; the result is in place when it ends.

    For this process or for a child (`core.child.stream_from_child`).

    Raises:
        UserError: See `embed`.
    """
    detections = load_detections(request.run_file)
    scratch = request.run_file.with_suffix(".new.npz")
    with VideoReader(request.video, request.index) as reader:
        model = load_embedding_model(request.model, (reader.info.width, reader.info.height))
        writer = EmbeddingWriter(scratch, empty_detections(), model.source)
        try:
            yield from _embedded(reader, model, detections, request.frames(detections), writer)
            replace_embeddings(second_pass(request.run_file), scratch)
        except OSError as error:
            raise ProjectError(
                f"The embeddings could not be saved to {scratch.parent} ({error.strerror})",
                mend="make the folder writable, then try again",
            ) from error
        finally:
            remove_embeddings(scratch)


def _embedded(
    reader: VideoReader,
    model: EmbeddingModel,
    detections: Detections,
    frames: range,
    writer: EmbeddingWriter,
) -> Iterator[int]:
    written = 0

    def fill(stop: int) -> None:
        """Frames that nobody looks at, or that are damaged."""
        nonlocal written
        writer.extend([_frame(detections, place) for place in range(written, stop)])
        written = stop

    with ahead(_batches(reader, frames, model.batch_size)) as batches:
        for done, batch in _counted(batches):
            pictures = [frame.picture() for frame in batch]
            boxes = [detections.xyxy[detections.rows(frame.index)] for frame in batch]
            for frame, seen in zip(batch, model.embed(pictures, boxes), strict=True):
                fill(frame.index)
                writer.extend([_frame(detections, frame.index, seen)])
                written += 1
            writer.flush()
            yield done
    fill(detections.frame_count)
    writer.flush()


def _frame(
    detections: Detections, place: int, seen: Seen | tuple[None, None] = (None, None)
) -> FrameDetections:
    rows = detections.rows(place)
    return FrameDetections(
        detections.xyxy[rows], detections.score[rows], detections.class_id[rows],
        embedding=seen[0], objects=seen[1],
    )  # fmt: skip


def _batches(reader: VideoReader, frames: range, size: int) -> Iterator[list[DecodedFrame]]:
    batch: list[DecodedFrame] = []
    with suppress(DamagedFrameError):  # none in the whole range
        for frame in reader.decode(FrameRange(frames.start, frames.stop)):
            if frame.index in frames:
                batch.append(frame)
            if len(batch) == size:
                yield batch
                batch = []
    if batch:
        yield batch


def _counted(
    batches: Iterator[Sequence[DecodedFrame]],
) -> Iterator[tuple[int, Sequence[DecodedFrame]]]:
    done = 0
    for batch in batches:
        done += len(batch)
        yield done, batch


def _own_model(run: Run) -> str:
    if run.config.detector == BUILT_IN:
        return run.config.model
    raise DetectorError(
        f"The boxes of this run come from {run.info.model}, which cannot be looked into",
        mend="give a model, such as resnet18 or a YOLO .pt file (--model)",
    )
