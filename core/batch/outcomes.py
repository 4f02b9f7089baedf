"""What became of each video: prepared beside what was made, published with it, and written once."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.batch.completing import Made
from core.batch.place import Place
from core.batch.steps import Item, Outcome
from core.paths import write_text_atomically

_FOLDER = "outcomes"
_AT_ONCE = 16
"""Outcomes that are read at a time: in S3 that is mostly waiting."""
_PREPARED = "outcome.json"
"""In a scratch folder where all is made: from then on nothing is computed again."""


def outcome_at(place: Place, key: str) -> Outcome | None:
    """What became of a video, if that is known."""
    content = place.read(_outcome_name(key))
    return None if content is None else Outcome.from_json(json.loads(content))


def outcomes_at(place: Place, keys: Iterable[str]) -> dict[str, Outcome]:
    """What became of each of many videos of which that is known, by key."""
    there = set(place.names(_FOLDER))
    wanted = [key for key in keys if _outcome_name(key) in there]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        found = threads.map(lambda key: outcome_at(place, key), wanted)
        return {outcome.item.key: outcome for outcome in found if outcome is not None}


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


def prepare(item: Item, made: Made, scratch: Path, seconds: float) -> None:
    """Note in the scratch folder that all is made, and where it belongs."""
    project = f"projects/{item.name}.flickerscope"
    sources, export = {project: made.project.name}, ""
    if made.export is not None:
        export = f"exports/{item.name}{made.export.suffix}"
        sources[export] = made.export.name
    outcome = Outcome(
        item,
        "done",
        project=project,
        export=export,
        counts=made.counts,
        notices=made.notices,
        seconds=seconds,
    )
    noted = {"outcome": outcome.to_json(), "sources": sources}
    write_text_atomically(scratch / _PREPARED, json.dumps(noted))


def publish_prepared(place: Place, scratch: Path) -> Outcome | None:
    """Put what is made to where it belongs, and write the outcome; None if not all is made.

    Whoever is interrupted in here has moved some of it; the next one moves the rest.
    """
    try:
        noted = json.loads((scratch / _PREPARED).read_bytes())
    except FileNotFoundError:
        return None
    for name, source in noted["sources"].items():
        made = scratch / source
        if made.is_dir():
            place.publish(made, name)
        elif made.exists():
            place.put(made, name)
    outcome = keep_outcome(place, Outcome.from_json(noted["outcome"]))
    (scratch / _PREPARED).unlink()
    return outcome


def _outcome_name(key: str) -> str:
    return f"{_FOLDER}/{key}.json"
