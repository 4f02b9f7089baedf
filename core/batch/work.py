"""What a worker does: any step of a batch, from the video to what is kept at the place."""

import json
import logging
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from core.batch.completing import complete, published
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
from core.errors import UserError
from core.frames import FrameIndex, FrameRange
from core.headless import detect_into, opened_reader
from core.opening import Target, keep_index, open_reader
from core.project import Project
from core.video import VideoReader
from core.video.identity import identify
from core.video.index_store import index_file, load_index, save_index

log = logging.getLogger(__name__)


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
        Exception: A bug.
    """
    began, place = time.monotonic(), place_of(work)
    known = outcome_at(place, step.item.key)
    if known is not None and known.state == "done":
        return known
    try:
        result = _performed(step, work, place, tell)
    except UserError as error:
        log.warning("%s failed", step.item.source, exc_info=error)
        result = Outcome(step.item, "failed", str(error))
    before = step.seconds if isinstance(step, Finish) else 0.0
    result = replace(result, seconds=round(before + time.monotonic() - began, 3))
    return keep_outcome(place, result) if isinstance(result, Outcome) else result


def outcome_at(place: Place, key: str) -> Outcome | None:
    """What became of a video, if that is known."""
    content = place.read(_outcome_name(key))
    return None if content is None else Outcome.from_json(json.loads(content))


def keep_outcome(place: Place, outcome: Outcome) -> Outcome:
    """Write what became of a video; what was done is never replaced, and given in its place."""
    name, content = _outcome_name(outcome.item.key), json.dumps(outcome.to_json()).encode()
    if place.write_once(name, content):
        return outcome
    known = outcome_at(place, outcome.item.key)
    if known is not None and known.state == "done":
        return known
    place.write(name, content)
    return outcome


def forget_outcome(place: Place, key: str) -> None:
    """Let a video that has failed be tried again."""
    place.remove(_outcome_name(key))


def _outcome_name(key: str) -> str:
    return f"outcomes/{key}.json"


def _performed(step: Step, work: Work, place: Place, tell: Tell) -> Result:
    match step:
        case Begin():
            return _begin(step.item, work, place, tell)
        case Detect():
            return _detect(step, work, place, tell)
        case Finish():
            return _finish(step, work, place, tell)


def _begin(item: Item, work: Work, place: Place, tell: Tell) -> Result:
    with (
        place.scratch(item.key) as scratch,
        at_hand(item, work, place, scratch, tell) as video,
        opened_reader(Target(video, _project_in(scratch, item)), tell) as reader,
    ):
        config = work.request.config
        if work.longest is not None:
            ranges = cut(reader.index, config, work.longest)
            if len(ranges) > 1:
                _put_index(place, item, reader, scratch)
                return Divided(item, ranges, 0.0)
        with closing(_project(item, scratch, reader)) as project:
            run_id = work.request.run_id(item.key)
            processed = detect_into(project, reader, config, tell, run_id=run_id)
            made = complete(project, processed.run, reader, work.request, scratch, tell)
        return published(item, made, place, scratch, processed.notices)


def _detect(step: Detect, work: Work, place: Place, tell: Tell) -> Part:
    item, name = step.item, part_name(step.item, step.frames)
    if name in place.names(_parts_of(item)):
        return Part(item, step.frames, 0.0)
    with (
        place.scratch(f"{item.key}.{step.frames.start}-{step.frames.stop}") as scratch,
        at_hand(item, work, place, scratch, tell) as video,
    ):
        file = scratch / "part.npz"
        detect_part(
            video,
            _index(place, item, video, scratch),
            work.request.config,
            step.frames,
            file,
            on_progress=lambda p: tell("Detecting", p.done, p.total, p.fps),
        )
        place.put(file, name)
    return Part(item, step.frames, 0.0)


def _finish(step: Finish, work: Work, place: Place, tell: Tell) -> Outcome:
    item, request = step.item, work.request
    with (
        place.scratch(item.key) as scratch,
        at_hand(item, work, place, scratch, tell) as video,
        VideoReader(video, _index(place, item, video, scratch)) as reader,
    ):
        files = [scratch / f"{at}.npz" for at in range(len(step.parts))]
        for file, frames in zip(files, step.parts, strict=True):
            place.get(part_name(item, frames), file)
        with closing(_project(item, scratch, reader)) as project:
            run = join_parts(project, request.config, request.run_id(item.key), files)
            made = complete(project, run, reader, request, scratch, tell)
        for file in files:
            file.unlink()
        outcome = published(item, made, place, scratch, ())
    place.remove(_parts_of(item))
    return outcome


def _project(item: Item, scratch: Path, reader: VideoReader) -> Project:
    folder = _project_in(scratch, item)
    project = Project.open_or_create(folder, reader.info)
    keep_index(folder, reader.info.identity, reader.index)
    return project


def _project_in(scratch: Path, item: Item) -> Path:
    return scratch / f"{item.name.rpartition('/')[2]}.flickerscope"


def _put_index(place: Place, item: Item, reader: VideoReader, scratch: Path) -> None:
    save_index(scratch, reader.info.identity, reader.index)
    place.put(index_file(scratch, reader.info.identity), f"{_parts_of(item)}/index.npz")


def _index(place: Place, item: Item, video: Path, scratch: Path) -> FrameIndex:
    """The index that the first step has made; made anew where it is gone."""
    identity = identify(video)
    if place.get(f"{_parts_of(item)}/index.npz", index_file(scratch, identity)):
        stored = load_index(scratch, identity)
        index_file(scratch, identity).unlink()
        if stored is not None:
            return stored.index
    with open_reader(Target(video, scratch)) as reader:
        return reader.index


def _parts_of(item: Item) -> str:
    return f"parts/{item.key}"


def part_name(item: Item, frames: FrameRange) -> str:
    """Where a part lies at the place."""
    return f"{_parts_of(item)}/{frames.start:09}-{frames.stop:09}.npz"
