"""What a worker does: any step of a batch, from the video to what is kept at the place."""

import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from core.batch.completing import Made, complete
from core.batch.outcomes import keep_outcome, outcome_at, prepare, publish_prepared
from core.batch.place import Place, place_of
from core.batch.segments import cut, detect_part, join_parts
from core.batch.steps import (
    Begin,
    Detect,
    Divided,
    Finish,
    Item,
    Outcome,
    Part,
    Result,
    Step,
    Tell,
    Work,
)
from core.batch.videos import at_hand
from core.detectors.base import DetectorConfig, Notice, Preparing
from core.errors import ChangedDetectorError, DamagedPartError, ProjectError, UserError
from core.frames import FrameRange
from core.headless import detect_into, opened_reader
from core.opening import Target, keep_index
from core.project import Project, Run
from core.project.runs import load_detections
from core.video import VideoReader
from core.video.identity import identify
from core.video.index_store import index_file, load_index, save_index

log = logging.getLogger(__name__)

Spent = Callable[[], float]
"""Seconds that the steps of a video have taken until now."""
Detecting = Callable[[Project], tuple[Run, tuple[str, ...]]]
"""Makes a run of a project, and says what a person should know."""


def perform(step: Step, work: Work, tell: Tell) -> Result:
    """Carry out a step.

    Whatever is wrong with the video or in the way becomes an `Outcome` that says so; what was done
    before stays at the place or in its scratch folder, and is gone on with when the step is done
    again. What is done already is not done twice.

    Args:
        step: Which step of which video.
        work: What is asked for.
        tell: Told how far it is.

    Raises:
        UserError: The place cannot be used.
        OSError: It cannot be written.
        Exception: A bug.
    """
    began, place = time.monotonic(), place_of(work)
    before = step.seconds if isinstance(step, Finish) else 0.0

    def spent() -> float:
        return round(before + time.monotonic() - began, 3)

    known = outcome_at(place, step.item.key)
    if known is not None and known.state == "done":
        return known
    try:
        return _performed(step, work, place, tell, spent)
    except UserError as error:
        log.warning("%s failed", step.item.source, exc_info=error)
        reason = str(error)
    except OSError as error:
        log.warning("%s failed", step.item.source, exc_info=error)
        where = f"{error.filename}: " if error.filename else ""
        reason = f"The system refuses {where}{error.strerror or error}."
    return keep_outcome(place, Outcome(step.item, "failed", reason, seconds=spent()))


def _performed(step: Step, work: Work, place: Place, tell: Tell, spent: Spent) -> Result:
    match step:
        case Begin():
            return _begin(step.item, work, place, tell, spent)
        case Detect():
            return _detect(step, work, place, tell, spent)
        case Finish():
            return _finish(step, work, place, tell, spent)


def _begin(item: Item, work: Work, place: Place, tell: Tell, spent: Spent) -> Result:
    with place.scratch(item.key) as scratch:
        if (known := _settled(item, place, scratch)) is not None:
            return known
        with _video(item, work, place, scratch, tell) as reader:
            config, longest = work.request.config, work.longest
            ranges = cut(reader.index, config, longest) if longest is not None else ()
            if len(ranges) > 1:
                _put_index(item, place, reader, scratch)
                return Divided(item, ranges, spent())
            detect = _detecting(item, work, reader, tell)
            try:
                made = _made(item, work, reader, scratch, tell, detect)
            except ChangedDetectorError as error:
                log.warning("%s It is made anew.", error)
                shutil.rmtree(_project_in(scratch, item))
                made = _made(item, work, reader, scratch, tell, detect)
        prepare(item, made, scratch, spent())
        return _published(place, scratch)


def _detect(step: Detect, work: Work, place: Place, tell: Tell, spent: Spent) -> Part:
    item, name = step.item, part_name(step.item, step.frames)
    notices: list[str] = []

    def told(message: Preparing | Notice) -> None:
        tell(message.text, 0, 1)
        if isinstance(message, Notice):
            notices.append(message.text)

    with place.scratch(f"{item.key}.{step.frames.start}-{step.frames.stop}") as scratch:
        if name not in place.names(_parts_of(item)):
            file = scratch / "part.npz"
            with _video(item, work, place, scratch, tell) as reader:
                detect_part(
                    reader.info.path,
                    reader.index,
                    work.request.config,
                    step.frames,
                    file,
                    on_progress=lambda p: tell("Detecting", p.done, p.total, p.fps),
                    on_told=told,
                )
            place.put(file, name)
    return Part(item, step.frames, spent(), tuple(notices))


def _finish(step: Finish, work: Work, place: Place, tell: Tell, spent: Spent) -> Outcome:
    item = step.item
    with place.scratch(item.key) as scratch:
        outcome = _settled(item, place, scratch)
        if outcome is None:
            with _video(item, work, place, scratch, tell) as reader:
                join = _joining(step, work, place, scratch)
                made = _made(item, work, reader, scratch, tell, join)
                prepare(item, made, scratch, spent())
                outcome = _published(place, scratch)
                # Before a video that was fetched is let go, which they keep here.
                place.remove(_parts_of(item))
    return outcome


def _settled(item: Item, place: Place, scratch: Path) -> Outcome | None:
    """What is known of a video, now that nobody else works on it."""
    known = outcome_at(place, item.key)
    if known is not None and known.state == "done":
        return known
    return publish_prepared(place, scratch)


def _published(place: Place, scratch: Path) -> Outcome:
    outcome = publish_prepared(place, scratch)
    if outcome is None:
        raise RuntimeError(f"nothing was prepared in {scratch}")
    return outcome


def _made(
    item: Item, work: Work, reader: VideoReader, scratch: Path, tell: Tell, detect: Detecting
) -> Made:
    """All that becomes of a video, in the scratch folder."""
    config, folder = work.request.config, _project_in(scratch, item)
    try:
        project = _project(folder, reader)
    except ProjectError as error:
        log.warning("%s It is made anew.", error)
        shutil.rmtree(folder, ignore_errors=True)
        project = _project(folder, reader)
    with closing(project):
        notices: tuple[str, ...] = ()
        run = _whole_run(project, config, len(reader))
        if run is None:
            run, notices = detect(project)
        return complete(project, run, reader, work.request, scratch, notices, tell)


def _project(folder: Path, reader: VideoReader) -> Project:
    """The project in a folder, with runs that can be read."""
    for left in folder.rglob(".*"):
        left.unlink()  # a file that was being written when an earlier attempt was ended
    project = Project.open_or_create(folder, reader.info)
    try:
        for run in project.runs:
            load_detections(project.run_file(run.id))
    except ProjectError:
        project.close()
        raise
    keep_index(folder, reader.info.identity, reader.index)
    return project


def _whole_run(project: Project, config: DetectorConfig, frames: int) -> Run | None:
    """The run that an earlier attempt has finished."""
    end = config.sampling.end(frames)
    for run in project.runs:
        seen = load_detections(project.run_file(run.id)).frame_count
        if run.config == config and seen >= end:
            return run
    return None


def _detecting(item: Item, work: Work, reader: VideoReader, tell: Tell) -> Detecting:
    config, run_id = work.request.config, work.request.run_id(item.key)

    def detect(project: Project) -> tuple[Run, tuple[str, ...]]:
        processed = detect_into(project, reader, config, tell, run_id=run_id, proxies=False)
        return processed.run, processed.notices

    return detect


def _joining(step: Finish, work: Work, place: Place, scratch: Path) -> Detecting:
    config, run_id = work.request.config, work.request.run_id(step.item.key)

    def join(project: Project) -> tuple[Run, tuple[str, ...]]:
        files = [scratch / f"{at}.npz" for at in range(len(step.parts))]
        for file, frames in zip(files, step.parts, strict=True):
            place.get(part_name(step.item, frames), file)
        try:
            run = join_parts(project, config, run_id, files)
        except (ChangedDetectorError, DamagedPartError) as error:
            place.remove(_parts_of(step.item))  # else trying again would not help
            mend = "detect them again with --retry-failed"
            raise type(error)(error.problem, mend=mend) from error
        finally:
            for file in files:
                file.unlink(missing_ok=True)
        return run, step.notices

    return join


@contextmanager
def _video(
    item: Item, work: Work, place: Place, scratch: Path, tell: Tell
) -> Iterator[VideoReader]:
    """Reads a video; the index of a long one is made once for all of its parts."""
    with at_hand(item, work, place, scratch, tell) as video:
        identity = identify(video)
        kept, stored = index_file(scratch, identity), None
        if place.get(_index_name(item), kept):
            stored = load_index(scratch, identity)
            kept.unlink()
        with (
            VideoReader(video, stored.index)
            if stored is not None
            else opened_reader(Target(video, _project_in(scratch, item)), tell)
        ) as reader:
            yield reader


def _project_in(scratch: Path, item: Item) -> Path:
    return scratch / f"{item.name.rpartition('/')[2]}.flickerscope"


def _put_index(item: Item, place: Place, reader: VideoReader, scratch: Path) -> None:
    save_index(scratch, reader.info.identity, reader.index)
    place.put(index_file(scratch, reader.info.identity), _index_name(item))


def _parts_of(item: Item) -> str:
    return f"parts/{item.key}"


def _index_name(item: Item) -> str:
    return f"{_parts_of(item)}/index.npz"


def part_name(item: Item, frames: FrameRange) -> str:
    """Where a part lies at the place."""
    return f"{_parts_of(item)}/{frames.start:09}-{frames.stop:09}.npz"
