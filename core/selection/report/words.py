"""A request in plain words."""

from collections.abc import Iterable, Sequence

from core.selection.columns import COLUMNS
from core.selection.pool import Pool
from core.selection.report.text import count, listed, name, percent, short
from core.selection.request import (
    Bal,
    Balance,
    Diversity,
    FrameId,
    Known,
    Of,
    SelectRequest,
    Similarity,
    Strategy,
    Threshold,
    Typicality,
    Weighting,
)

_TITLES = {column.name: column.title for column in COLUMNS}
_OPERATIONS = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
_KNOWN: dict[Known, str] = {
    "exported": "that were exported before",
    "reviewed": "with a box that a person accepted",
}


def column_title(column: str) -> str:
    """What people call a column."""
    return _TITLES.get(column, name(column))


def columns_of(request: SelectRequest) -> tuple[str, ...]:
    """The columns that a request looks at, each once."""
    named: list[str] = []
    for strategy in request.strategies:
        if isinstance(strategy, Weighting):
            named.append(strategy.column)
        elif isinstance(strategy, Bal):
            named.append(strategy.otherwise)
    return tuple(dict.fromkeys([*named, *(limit.column for limit in request.thresholds)]))


def in_words(request: SelectRequest, pool: Pool) -> tuple[str, ...]:
    """All that decided which frames were chosen, as sentences."""
    return (
        _wanted(request),
        *(_strategy(strategy, pool) for strategy in request.strategies),
        *(_threshold(limit) for limit in request.thresholds),
        *_distances(request.apart),
        *_by_hand(request.include, "Included by hand: "),
        *_by_hand(request.exclude, "Excluded by hand: "),
        *filter(None, (_known(known, pool) for known in request.known)),
        *_by_hand(request.labeled, "Skipped, as named as labeled: "),
    )


def _wanted(request: SelectRequest) -> str:
    if request.n is not None:
        return f"Wanted: {count(request.n, 'frame')}."
    return f"Wanted: {percent(request.proportion or 0)} of the candidates."


def _strategy(strategy: Strategy, pool: Pool) -> str:
    match strategy:
        case Diversity(of=of, min_distance=least):
            stop = f", until the next one would be nearer than {short(least)}" if least else ""
            said = f"Diversity: {_of(of)} unlike those chosen{stop}"
        case Weighting(column=column):
            said = f"Weighting: frames with much “{column_title(column)}”"
        case Balance(target=target):
            shares = (f"{name(each)} {percent(share)}" for each, share in target)
            said = f"Class balance: boxes near to {', '.join(shares)}"
        case Typicality(of=of, neighbours=neighbours):
            said = f"Typicality: {_of(of)} that their {neighbours} nearest neighbours resemble"
        case Similarity(to=to, of=of):
            where = _frames(to, pool)
            said = f"Similarity: {_of(of)} like those of {where}"
        case Bal(explore=explore, least_reduction=least, otherwise=column):
            return (
                f"BAL over rounds of labeling: {percent(explore)} of the frames from all "
                f"assertions alike, the others by how much each assertion’s violations fell; "
                f"where all fell by less than {percent(least)}, by “{column_title(column)}”."
            )
    return f"{said}; strength {short(strategy.strength)}."


def _of(of: Of) -> str:
    return "frames" if of == "frames" else "objects"


def _frames(frames: Sequence[FrameId], pool: Pool) -> str:
    several = len(pool.videos) > 1
    named = tuple(
        f"{where.frame} of {name(pool.videos[where.video].name)}" if several else f"{where.frame}"
        for where in frames
        if where.video < len(pool.videos)
    )
    return f"frame{'s' * (len(named) != 1)} {listed(named, 5)}"


def _threshold(limit: Threshold) -> str:
    return (
        f"Only frames whose “{column_title(limit.column)}” is {_OPERATIONS[limit.operation]} "
        f"{short(limit.value)}."
    )


def _known(known: Known, pool: Pool) -> str:
    found = int(pool.marks[known].sum()) if known in pool.marks else 0
    return f"Skipped as labeled: {count(found, 'frame')} {_KNOWN[known]}." if found else ""


def _distances(apart: int) -> Iterable[str]:
    if apart > 1:
        yield f"Chosen frames of a video are at least {count(apart, 'frame')} apart."


def _by_hand(frames: tuple[FrameId, ...], said: str) -> Iterable[str]:
    if frames:
        yield f"{said}{count(len(frames), 'frame')}."
