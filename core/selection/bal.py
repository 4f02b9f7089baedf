"""BAL, a bandit over assertions: choosing frames across rounds of labeling.

Kang, Raghavan, Bailis, Zaharia: Model Assertions for Monitoring and Improving ML Models, MLSys
2020, algorithm 1. In the first round every assertion that is violated is as likely as another.
Later an assertion is the likelier, the more its violations went back relative to the round before:
labels help there. A share of the frames still explores all assertions alike. Where no assertion
went back any more, frames are chosen by uncertainty.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from core.errors import SelectionError
from core.project.handover import Round
from core.selection.candidates import (
    Candidates,
    Clearance,
    Rows,
    candidates_of,
    check_column,
    used_up,
)
from core.selection.pool import Column, Picks, Pool, Reason
from core.selection.request import Bal, SelectRequest


def bal_picks(pool: Pool, request: SelectRequest, strategy: Bal, rounds: Sequence[Round]) -> Picks:
    """Choose the frames of the next round.

    A chosen frame's reason has the share 1 for the assertion that chose it; the strength of an
    assertion is how likely it was.

    Args:
        pool: Among what; its violations are those of the run that is there now.
        request: What is asked for besides.
        strategy: How BAL chooses.
        rounds: Those that are over, oldest first; of several projects, see `joined_rounds`.

    Raises:
        SelectionError: The request is not possible, or leaves no frame.
    """
    _check(pool, strategy)
    taking = candidates_of(pool, request)
    chance, notes = _chances(pool, strategy, rounds)
    clear = Clearance(pool, request.apart, taking.fixed)
    wanted = max(0, taking.n - len(taking.included))
    rng = np.random.default_rng(request.seed)
    chosen, by = _drawn(pool, taking, clear, chance, strategy.explore, wanted, rng)
    rest = clear.keep(_highest(pool, strategy.otherwise, taking.rows), wanted - len(chosen))
    if rest and chance:
        notes.append(
            f"Every frame with a violation is used up, so “{strategy.otherwise}” chose the last "
            f"{len(rest):,}."
        )
    by += [len(chance)] * len(rest)
    picked = np.concatenate([taking.included, np.array(chosen + rest, np.int64)])
    missing = len(chosen) + len(rest) < wanted
    return Picks(
        picked,
        len(taking.included),
        _reasons(pool, strategy, chance, picked, np.array(by, np.int64)),
        taking.passed,
        used_up(request, taking, len(chosen) + len(rest)) if missing else "",
        (*pool.notes, *notes, *taking.notes),
    )


def close_round(pool: Pool, picks: Picks, video: int = 0) -> Round:
    """What a project remembers of a round whose frames go to labeling now.

    An assertion is violated as often as there are frames in which it found something.

    Args:
        pool: What was chosen from.
        picks: What was chosen.
        video: Which of the videos; each project has its own rounds.
    """
    here = pool.video == video
    counts = {kind: int((found[here] > 0).sum()) for kind, found in pool.violations.items()}
    return Round(pool.videos[video].run, tuple(counts.items()), picks.frames(pool, video))


def joined_rounds(projects: Sequence[Sequence[Round]]) -> tuple[Round, ...]:
    """The rounds of several projects as one series, newest with newest.

    Args:
        projects: The rounds of each video of a pool, oldest first.
    """
    found = []
    for together in zip_longest(*(reversed(rounds) for rounds in projects)):
        rounds = [each for each in together if each is not None]
        total: dict[str, int] = {}
        for kind, count in (pair for each in rounds for pair in each.violations):
            total[kind] = total.get(kind, 0) + count
        runs = _joined("" if each is None else each.run for each in together)
        frames = rounds[0].frames if len(projects) == 1 else ()
        found.append(Round(runs, tuple(total.items()), frames))
    return tuple(reversed(found))


def _joined(runs: Iterable[str]) -> str:
    return " ".join(runs)


def _check(pool: Pool, strategy: Bal) -> None:
    check_column(pool, strategy.otherwise)
    if not 0 <= strategy.explore <= 1:
        raise SelectionError(
            f"A share of {strategy.explore} cannot explore", mend="give one from 0 to 1"
        )
    if not (math.isfinite(strategy.least_reduction) and strategy.least_reduction >= 0):
        raise SelectionError(
            f"A least reduction of {strategy.least_reduction} is not possible",
            mend="give a number from 0 on, such as 0.01",
        )


def _chances(
    pool: Pool, strategy: Bal, rounds: Sequence[Round]
) -> tuple[dict[str, float], list[str]]:
    """How likely each assertion is, together 1; none where uncertainty is to choose."""
    now = {kind: int((found > 0).sum()) for kind, found in pool.violations.items()}
    firing = [kind for kind, count in now.items() if count]
    if not firing:
        return {}, [f"No assertion is violated, so “{strategy.otherwise}” chooses."]
    run = _joined(video.run for video in pool.videos)
    before = next((each for each in reversed(rounds) if each.run != run), None)
    if before is None:
        again = ["The run is that of the last round: it tells nothing of what labels have changed."]
        return dict.fromkeys(firing, 1 / len(firing)), again if rounds else []
    counted = dict(before.violations)
    reduction = {
        kind: 1 - now[kind] / counted[kind] if counted.get(kind) else 0.0 for kind in firing
    }
    gone = [1.0 for kind, count in counted.items() if count and not now.get(kind)]
    if max([*reduction.values(), *gone]) < strategy.least_reduction:
        return {}, [
            f"No assertion is violated {strategy.least_reduction:.0%} less often than in the round "
            f"before, so “{strategy.otherwise}” chooses."
        ]
    useful = {kind: max(0.0, value) for kind, value in reduction.items()}
    total = sum(useful.values())
    if not total:
        return dict.fromkeys(firing, 1 / len(firing)), []
    return {kind: value / total for kind, value in useful.items()}, []


def _drawn(
    pool: Pool,
    taking: Candidates,
    clear: Clearance,
    chance: dict[str, float],
    explore: float,
    wanted: int,
    rng: np.random.Generator,
) -> tuple[list[int], list[int]]:
    """Rows in the order of choice, and the number of the assertion that chose each."""
    rows = np.sort(taking.rows)
    ranks = [_ranks(pool.violations[kind][rows]) for kind in chance]
    likely = np.array(list(chance.values()))
    chosen: list[int] = []
    by: list[int] = []
    while len(chosen) < wanted:
        free = ~clear.near[rows]
        left = np.array([bool((rank[free] > 0).any()) for rank in ranks], np.bool_)
        if not left.any():
            break
        exploring = rng.random() < explore or not likely[left].any()
        kind = _draw(left if exploring else likely * left, rng)
        chosen += clear.keep([int(rows[_draw(ranks[kind] * free, rng)])], 1)
        by.append(kind)
    return chosen, by


def _draw(weight: NDArray[np.generic], rng: np.random.Generator) -> int:
    """A place, in proportion to its weight."""
    total = np.cumsum(weight, dtype=np.float64)
    return int(np.searchsorted(total, rng.random() * total[-1], side="right"))


def _ranks(severity: Column) -> NDArray[np.int64]:
    """(n,) 1 for the least severe violation, 2 for the next; 0 for none. Equal ones rank alike."""
    levels = np.unique(severity[severity > 0])
    return np.searchsorted(levels, severity, side="right").astype(np.int64)


def _highest(pool: Pool, column: str, rows: Rows) -> list[int]:
    """Rows by a column, the highest first; those without a value last."""
    value = np.nan_to_num(pool.columns[column][rows], nan=-np.inf)
    found: list[int] = rows[np.argsort(-value, kind="stable")].tolist()
    return found


def _reasons(
    pool: Pool, strategy: Bal, chance: dict[str, float], picked: Rows, by: Rows
) -> tuple[Reason, ...]:
    included = np.full(len(picked) - len(by), np.nan)

    def share(number: int) -> Column:
        return np.concatenate([included, by == number])

    found = [
        Reason(f"assertion {kind}", likely, pool.violations[kind][picked], share(number))
        for number, (kind, likely) in enumerate(chance.items())
    ]
    otherwise = share(len(chance))
    if not chance or np.nansum(otherwise):
        column = pool.columns[strategy.otherwise][picked]
        found.append(Reason(strategy.otherwise, 1.0, column, otherwise))
    return tuple(found)
