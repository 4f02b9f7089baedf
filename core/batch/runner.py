"""Running a batch: which steps there are, in which order, and what became of every video.

    list_videos ─► batch.json ─► Begin of each ─► engine ─► Outcome, or
                                                     Divided ─► Detect of each range ─► Finish

There is no scheduler here: every step that can be done is handed to the engine at once.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Any

from core.batch.engines import Engine
from core.batch.outcomes import forget_outcome, keep_outcome, outcomes_at
from core.batch.place import Place, place_of
from core.batch.request import BatchRequest
from core.batch.result import BatchResult
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
    Work,
)
from core.batch.videos import Listed
from core.errors import BatchError, Cancelled, UserError, WorkerDiedError
from core.frames import FrameRange

log = logging.getLogger(__name__)

BATCH = "batch.json"
SUMMARY = "summary.json"
_POLL_SECONDS = 0.1


def names_at(work: Work) -> Mapping[str, str]:
    """What a batch that was begun at this place calls the results of its videos, by key.

    Without those that have failed: they have no results, and a video that is mended has another
    key and should have their name.

    Raises:
        BatchError: It has another request, or its file is damaged.
        UserError: The place cannot be used.
    """
    place = place_of(work)
    names = _names(place, work)
    known = outcomes_at(place, names)
    failed = {key for key, outcome in known.items() if outcome.state == "failed"}
    return {key: name for key, name in names.items() if key not in failed}


def _names(place: Place, work: Work) -> Mapping[str, str]:
    content = place.read(BATCH)
    if content is None:
        return {}
    try:
        kept = json.loads(content)
        names = {str(key): str(name) for key, name in kept["names"].items()}
        asked = BatchRequest.from_json(kept["request"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BatchError(
            f"{BATCH} in {work.out} is damaged, or of a newer program ({error})",
            mend="choose another place with --out",
        ) from error
    differences = list(_differences(_plain(asked), _plain(work.request)))
    if differences:
        raise BatchError(
            f"The batch in {work.out} was begun with other settings ({'; '.join(differences)})",
            mend="ask for the same as before, or choose another place with --out",
        )
    return names


def run_batch(
    listed: Listed,
    work: Work,
    engine: Engine,
    *,
    retry_failed: bool = False,
    on_begin: Callable[[Sequence[Item], Sequence[Outcome]], None] = lambda to_do, before: None,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> BatchResult:
    """Bring every video to an end that has none yet; a bad one costs only itself.

    Args:
        listed: The videos.
        work: What is asked for.
        engine: Carries the steps out; it is not closed.
        retry_failed: Try those again that have failed before.
        on_begin: Told once which videos are to do, and what became of the others before.
        on_outcome: Told what became of each video that was to do.
        cancelled: Asked a few times a second.

    Raises:
        BatchError: The place holds a batch with another request.
        Cancelled: `cancelled` said so.
        UserError: The place cannot be used.
    """
    began, place = time.monotonic(), place_of(work)
    _remember(place, work, listed)
    outcomes, to_do = _before(place, listed, retry_failed)
    on_begin(to_do, list(outcomes.values()))
    under_way = _UnderWay(engine, place)
    # The largest first: one that is begun last would keep all other workers waiting.
    for item in sorted(to_do, key=lambda item: -item.bytes):
        under_way.begin(item)
    while under_way.steps:
        if cancelled():
            raise Cancelled
        for outcome in under_way.ended():
            outcomes[outcome.item.key] = outcome
            on_outcome(outcome)
    _tidy(place, outcomes)
    result = BatchResult(
        tuple(outcomes[item.key] for item in listed.items),
        round(time.monotonic() - began, 3),
        len(to_do),
        listed.copies,
        listed.unreadable,
    )
    place.write(SUMMARY, json.dumps(result.to_json(), indent=1).encode())
    return result


class _UnderWay:
    """The steps that an engine has, and those that follow from what they give."""

    def __init__(self, engine: Engine, place: Place) -> None:
        self._engine, self._place = engine, place
        self.steps: dict[Future[Result], Step] = {}
        self._ended: SimpleQueue[Future[Result]] = SimpleQueue()
        self._divided: dict[str, Divided] = {}
        self._parts: dict[str, dict[FrameRange, Part]] = {}
        """Those of each divided video that are done, by the video's key."""
        self._over: set[str] = set()

    def begin(self, item: Item) -> None:
        """Hand a video to the engine."""
        self._submit(Begin(item))

    def ended(self) -> Iterator[Outcome]:
        """Videos that came to an end, after a moment of waiting if there is none."""
        try:
            future = self._ended.get(timeout=_POLL_SECONDS)
            while True:
                step = self.steps.pop(future)
                if not future.cancelled() and step.item.key not in self._over:
                    yield from self._follow(self._result(future, step))
                future = self._ended.get_nowait()
        except Empty:
            return

    def _submit(self, step: Step) -> None:
        future = self._engine.submit(step)
        self.steps[future] = step
        future.add_done_callback(self._ended.put)

    def _result(self, future: Future[Result], step: Step) -> Result:
        try:
            return future.result()
        except WorkerDiedError as error:
            reason = str(error)
        except (UserError, Cancelled):
            raise
        except Exception as error:
            log.error("%s met a bug", step.item.source, exc_info=error)
            reason = f"{error}; this is a bug, the log says more."
        return keep_outcome(self._place, Outcome(step.item, "failed", reason))

    def _follow(self, result: Result) -> Iterator[Outcome]:
        key = result.item.key
        match result:
            case Outcome():
                self._over.add(key)
                self._give_up(key)
                yield result
            case Divided():
                self._divided[key], self._parts[key] = result, {}
                for frames in result.ranges:
                    self._submit(Detect(result.item, frames))
            case Part():
                self._parts[key][result.frames] = result
                divided, done = self._divided[key], self._parts[key]
                if len(done) == len(divided.ranges):
                    seconds = divided.seconds + sum(part.seconds for part in done.values())
                    told = (notice for part in done.values() for notice in part.notices)
                    notices = tuple(dict.fromkeys(told))
                    step = Finish(result.item, divided.ranges, round(seconds, 3), notices)
                    self._submit(step)

    def _give_up(self, key: str) -> None:
        """Take back what has not begun of a video that is over: its other parts."""
        if self._divided.pop(key, None) is not None:
            for future, step in list(self.steps.items()):
                if step.item.key == key:
                    future.cancel()


def _remember(place: Place, work: Work, listed: Listed) -> None:
    """Keep the request, and what the results of videos are called."""
    known = _names(place, work)
    names = {**known, **{item.key: item.name for item in listed.items}}
    if names != known or not known:
        kept = {"request": work.request.to_json(), "names": names}
        place.write(BATCH, json.dumps(kept, indent=1).encode())


def _before(
    place: Place, listed: Listed, retry_failed: bool
) -> tuple[dict[str, Outcome], list[Item]]:
    """What is known of videos, by key, and those of which nothing is."""
    items = {item.key: item for item in listed.items}
    known = outcomes_at(place, items)
    if retry_failed:
        for key, outcome in list(known.items()):
            if outcome.state == "failed":
                forget_outcome(place, key)
                del known[key]
    # The same content may have come to another path since.
    moved = {key: replace(outcome, item=items[key]) for key, outcome in known.items()}
    return moved, [item for item in listed.items if item.key not in known]


def _tidy(place: Place, outcomes: Mapping[str, Outcome]) -> None:
    """Remove parts of videos that are done, of workers that ended before they did so."""
    for key in {name.split("/")[1] for name in place.names("parts")}:
        if key in outcomes and outcomes[key].state == "done":
            place.remove(f"parts/{key}")


def _plain(request: BatchRequest) -> Any:
    """As JSON has it once it was read: without tuples."""
    return json.loads(json.dumps(request.to_json()))


def _differences(there: Any, asked: Any, where: str = "") -> Iterator[str]:
    """What differs between two requests, in words."""
    if isinstance(there, dict) and isinstance(asked, dict):
        for name in sorted({*there, *asked}):
            yield from _differences(there.get(name), asked.get(name), f"{where} {name}".strip())
    elif there != asked:
        yield f"{where}: {_said(there)} then, {_said(asked)} now"


def _said(value: Any) -> str:
    if value is None:
        return "none"
    return "some" if isinstance(value, dict) else json.dumps(value, ensure_ascii=False)
