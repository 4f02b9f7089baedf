"""From what a person types on the command line to a request."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import SelectionError
from core.selection import parsing
from core.selection.frame_lists import NamedVideo, frames_of, frames_of_lines
from core.selection.request import (
    KNOWN,
    TUTORIAL,
    Bal,
    Diversity,
    FrameId,
    Known,
    SelectRequest,
    Similarity,
    Strategy,
)

_FARTHEST = 2.0
"""Between two unit vectors."""


@dataclass(frozen=True)
class Wishes:
    """What a person typed; texts are as `core.selection.parsing` reads them."""

    n: int | None = None
    proportion: float | None = None
    strategies: Sequence[str] = ()
    """None for the tutorial's three."""
    balance: str | None = None
    balance_strength: float = 1.0
    similar: str | None = None
    """Frames."""
    thresholds: Sequence[str] = ()
    min_distance: float | None = None
    apart: int = 1
    skip: Sequence[str] = ()
    labeled: Path | None = None
    include: str | None = None
    exclude: str | None = None
    seed: int = 0
    bal: bool = False


def request_of(
    wishes: Wishes,
    videos: Sequence[NamedVideo],
    class_names: Sequence[str],
    metadata: Collection[str] = (),
) -> SelectRequest:
    """The request that a person means.

    Args:
        wishes: As typed.
        videos: Among whose frames to choose.
        class_names: Those that their detectors know.
        metadata: Columns of a person's own.

    Raises:
        SelectionError: A value is not allowed, or two do not go together.
    """
    n, proportion = _how_many(wishes)
    if wishes.apart < 1:
        raise SelectionError(f"--apart is {wishes.apart}", mend="give a number of frames from 1 on")
    labeled = () if wishes.labeled is None else parsing.read_labeled(wishes.labeled)
    return SelectRequest(
        n,
        proportion,
        _strategies(wishes, videos, class_names, metadata),
        tuple(parsing.threshold(text, metadata) for text in wishes.thresholds),
        wishes.apart,
        _frames(wishes.include, videos),
        _frames(wishes.exclude, videos),
        tuple(dict.fromkeys(_known(text) for text in wishes.skip)),
        frames_of_lines(labeled, videos),
        wishes.seed,
    )


def frames_named(wishes: Wishes, videos: Sequence[NamedVideo]) -> dict[int, set[int]]:
    """Frames that have to be candidates, by video: included ones, and those to resemble.

    Raises:
        SelectionError: A name or a frame is not there.
    """
    found: dict[int, set[int]] = {}
    for text in (wishes.include, wishes.similar):
        for where in _frames(text, videos):
            found.setdefault(where.video, set()).add(where.frame)
    return found


def of_video(request: SelectRequest, video: int) -> SelectRequest:
    """What a request says of one of several videos, as if it were the only one."""
    own = renumbered(request, {video: 0})
    strategies = (s for s in own.strategies if not isinstance(s, Similarity) or s.to)
    return replace(own, strategies=tuple(strategies))


def renumbered(request: SelectRequest, videos: Mapping[int, int]) -> SelectRequest:
    """The same of the same videos in another order; what is said of others is left out.

    Args:
        request: What is asked for.
        videos: The new place of each video by its old one.
    """

    def own(frames: Sequence[FrameId]) -> tuple[FrameId, ...]:
        kept = (where for where in frames if where.video in videos)
        return tuple(FrameId(videos[where.video], where.frame) for where in kept)

    return replace(
        request,
        strategies=tuple(
            replace(each, to=own(each.to)) if isinstance(each, Similarity) else each
            for each in request.strategies
        ),
        include=own(request.include),
        exclude=own(request.exclude),
        labeled=own(request.labeled),
    )


def _how_many(wishes: Wishes) -> tuple[int | None, float | None]:
    if wishes.n is not None and wishes.proportion is not None:
        raise SelectionError(
            f"Both {wishes.n} frames and {wishes.proportion:g} of them are asked for",
            mend="give either -n or --proportion",
        )
    if wishes.n is not None and wishes.n < 1:
        raise SelectionError(f"-n is {wishes.n}", mend="give a number of frames from 1 on")
    if wishes.proportion is not None and not 0 < wishes.proportion <= 1:
        raise SelectionError(
            f"--proportion is {wishes.proportion:g}", mend="give a number above 0 and at most 1"
        )
    if wishes.n is not None:
        return wishes.n, None
    return None, wishes.proportion or SelectRequest().proportion


def _strategies(
    wishes: Wishes,
    videos: Sequence[NamedVideo],
    class_names: Sequence[str],
    metadata: Collection[str],
) -> tuple[Strategy, ...]:
    if wishes.bal:
        _check_alone(wishes)
        return (Bal(),)
    named = tuple(parsing.strategy(text, metadata) for text in wishes.strategies) or TUTORIAL
    further: list[Strategy] = []
    if wishes.balance is not None:
        strength = _strength(wishes.balance_strength)
        further.append(parsing.balance(wishes.balance, class_names, strength))
    if wishes.similar is not None:
        further.append(Similarity(frames_of(wishes.similar, videos)))
    return (*_stopping(named, wishes.min_distance), *further)


def _strength(value: float) -> float:
    return parsing.number(str(value), "--balance-strength", least=0)


def _stopping(strategies: tuple[Strategy, ...], distance: float | None) -> tuple[Strategy, ...]:
    if distance is None:
        return strategies
    parsing.number(str(distance), "--min-distance", least=0, most=_FARTHEST)
    if not any(isinstance(each, Diversity) for each in strategies):
        raise SelectionError(
            f"--min-distance {distance:g} needs distances", mend="add --strategy diversity"
        )
    return tuple(
        replace(each, min_distance=distance) if isinstance(each, Diversity) else each
        for each in strategies
    )


def _check_alone(wishes: Wishes) -> None:
    beside = {
        "--strategy": wishes.strategies,
        "--balance": wishes.balance,
        "--similar": wishes.similar,
        "--min-distance": wishes.min_distance is not None,
    }
    for option, given in beside.items():
        if given:
            raise SelectionError(
                f"--bal chooses alone, and {option} is given, too", mend="leave out one of the two"
            )


def _known(text: str) -> Known:
    for known in KNOWN:
        if text == known:
            return known
    raise SelectionError(f'--skip is "{text}"', mend=f"choose one of {', '.join(KNOWN)}")


def _frames(text: str | None, videos: Sequence[NamedVideo]) -> tuple[FrameId, ...]:
    return () if text is None else frames_of(text, videos)
