"""The command that repeats a request: from a request back to what a person would type."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from core.errors import SelectionError
from core.selection.columns import COLUMNS
from core.selection.frame_lists import Called, NamedVideo
from core.selection.naming import told_apart
from core.selection.parsing import STRATEGIES
from core.selection.pool import Pool
from core.selection.request import (
    Bal,
    Balance,
    Diversity,
    FrameId,
    SelectRequest,
    Similarity,
    Threshold,
    Typicality,
    Weighting,
)
from core.selection.wishes import Wishes, request_of

METADATA_FILE, LABELED_FILE = "METADATA", "LABELED"
"""Stand for files whose names nobody knows any more."""
_OWN = {column.name for column in COLUMNS}
_USUAL = ["diversity", "uncertainty", "flickering"]
"""What no option means."""


def command_of(request: SelectRequest, pool: Pool) -> str | None:
    """`flickerscope select` with options, as a shell takes it.

    None where the options cannot say the request: it is read back, and has to be the same.
    """
    folders = [each.project for each in pool.videos]
    videos = [NamedVideo(each.path, each.project, each.frame_count) for each in pool.videos]
    further = [column for column in pool.columns if column not in _OWN]
    wishes = _wishes(request, videos)
    try:
        read = request_of(wishes, videos, pool.class_names, further)
    except SelectionError:
        return None
    if _key(read) != _key(replace(request, labeled=())):
        return None
    # A name that begins with a dash would be an option.
    projects = [f"./{name}" if name.startswith("-") else name for name in told_apart(folders)]
    return shlex.join(["flickerscope", "select", *projects, *_options(request, wishes, further)])


def _options(request: SelectRequest, wishes: Wishes, further: Sequence[str]) -> Iterator[str]:
    given: list[tuple[str, object]] = [
        ("-n", wishes.n),
        ("--proportion", wishes.proportion),
        *(("--strategy", text) for text in wishes.strategies),
        ("--balance", wishes.balance),
        ("--balance-strength", None if wishes.balance_strength == 1 else wishes.balance_strength),
        ("--similar", wishes.similar),
        *(("--threshold", text) for text in wishes.thresholds),
        ("--min-distance", wishes.min_distance),
        ("--apart", wishes.apart if wishes.apart > 1 else None),
        *(("--skip", text) for text in wishes.skip),
        ("--labeled", LABELED_FILE if request.labeled else None),
        ("--include", wishes.include),
        ("--exclude", wishes.exclude),
        ("--metadata", METADATA_FILE if further else None),
        ("--seed", wishes.seed or None),
    ]
    for option, value in given:
        if value is not None:
            yield option
            yield _said(value) if isinstance(value, float) else str(value)
    if wishes.bal:
        yield "--bal"
    yield from ("--out", "DIR", "--report")


def _wishes(request: SelectRequest, videos: Sequence[NamedVideo]) -> Wishes:
    """What to type; where two strategies want the same option, the last one stays."""
    wishes = Wishes(
        n=request.n,
        proportion=request.proportion if request.n is None else None,
        thresholds=[_threshold(limit) for limit in request.thresholds],
        apart=request.apart,
        skip=request.known,
        include=_frames(request.include, videos),
        exclude=_frames(request.exclude, videos),
        seed=request.seed,
    )
    named: list[str] = []
    for strategy in request.strategies:
        match strategy:
            case Bal():
                wishes = replace(wishes, bal=True)
            case Balance(target=target, strength=strength):
                shares = ", ".join(f"{name} {_said(share)}" for name, share in target)
                wishes = replace(wishes, balance=shares, balance_strength=strength)
            case Similarity(to=to):
                wishes = replace(wishes, similar=_frames(to, videos))
            case _:
                named.append(_named(strategy))
                if isinstance(strategy, Diversity):
                    wishes = replace(wishes, min_distance=strategy.min_distance)
    return wishes if named == _USUAL else replace(wishes, strategies=named)


def _named(strategy: Diversity | Weighting | Typicality) -> str:
    """Such as `diversity:objects` or `flickering=0.5`."""
    plain = replace(strategy, strength=1.0)
    if isinstance(plain, Diversity):
        plain = replace(plain, min_distance=None)
    column = strategy.column if isinstance(strategy, Weighting) else ""
    name = next((name for name, each in STRATEGIES.items() if each == plain), column)
    return name if strategy.strength == 1 else f"{name}={_said(strategy.strength)}"


def _threshold(limit: Threshold) -> str:
    return f"{limit.column}{limit.operation}{_said(limit.value)}"


def _frames(frames: Sequence[FrameId], videos: Sequence[NamedVideo]) -> str | None:
    """Ranges of frames, with the video's name before its first where there are several."""
    parts: list[str] = []
    called = Called(videos)
    for video, own in groupby(sorted(set(frames)), key=lambda where: where.video):
        ranges = _ranges([where.frame for where in own])
        if len(videos) > 1:
            ranges[0] = f"{called.shortest(video)}:{ranges[0]}"
        parts += ranges
    return ",".join(parts) or None


def _ranges(frames: Sequence[int]) -> list[str]:
    found = []
    for _, run in groupby(enumerate(frames), key=lambda pair: pair[1] - pair[0]):
        own = [frame for _, frame in run]
        found.append(f"{own[0]}-{own[-1]}" if len(own) > 1 else f"{own[0]}")
    return found


def _said(value: float) -> str:
    """As short as it can be read back."""
    short = f"{value:g}"
    return short if float(short) == value else repr(float(value))


def _key(request: SelectRequest) -> SelectRequest:
    """The same for requests that choose the same frames."""
    return replace(
        request,
        proportion=request.proportion if request.n is None else None,
        strategies=tuple(sorted(request.strategies, key=repr)),
        include=tuple(sorted(set(request.include))),
        exclude=tuple(sorted(set(request.exclude))),
    )
