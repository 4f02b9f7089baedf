"""Choosing frames by strategies, with Lightly's engine lightly_mundig."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.errors import SelectionError
from core.project.handover import Round
from core.selection.bal import bal_picks
from core.selection.candidates import Candidates, Clearance, Rows, candidates_of, used_up
from core.selection.explain import reasons
from core.selection.likeness import evenly
from core.selection.mundig import lightly_mundig
from core.selection.pool import Picks, Pool
from core.selection.request import Bal, Diversity, SelectRequest
from core.selection.terms import Term, embedded, terms_of

MOST_KNOWN = 2_000
"""Labeled frames that the engine is told of: each costs as much time as a chosen one."""
_NUMBERS_A_SECOND = 2.5e9
"""Of embeddings that the engine compares (1,000 of 100,000 frames of 128 numbers take 5 s)."""
_MOST_AHEAD = 4
"""Times as many frames as are still wanted are asked for where most are too near to others."""


def select(pool: Pool, request: SelectRequest, *, rounds: Sequence[Round] = ()) -> Picks:
    """Choose frames; the same request and pool give the same frames.

    Strategies are combined as Lightly does, see `core.selection.explain`. lightly_mundig holds
    Python's global lock while it chooses: a window asks `core.selection.process` instead.

    Args:
        pool: Among what.
        request: What is asked for.
        rounds: Rounds of labeling that are over, oldest first; only `Bal` looks at them.

    Raises:
        SelectionError: The request is not possible, or leaves no frame; the sentence says why.
    """
    bal = [strategy for strategy in request.strategies if isinstance(strategy, Bal)]
    if bal and len(request.strategies) > 1:
        raise SelectionError(
            "BAL chooses alone, and there are other strategies beside it",
            mend="take away BAL, or all others",
        )
    if bal:
        return bal_picks(pool, request, bal[0], rounds)
    taking, notes = _comparable(pool, request, candidates_of(pool, request))
    fixed, fewer = _fixed(taking)
    everything = np.concatenate([fixed, taking.rows])
    terms, more = terms_of(pool, request.strategies, everything, taking.n)
    chosen, stopped = _choose(pool, request, terms, taking, fixed)
    included = len(taking.included)
    return Picks(
        np.concatenate([taking.included, chosen]),
        included,
        reasons(terms, fixed, included, chosen, everything),
        taking.passed,
        stopped,
        (*pool.notes, *notes, *fewer, *more, *taking.notes),
    )


def seconds_of(pool: Pool, request: SelectRequest) -> float:
    """About how long a choice takes: what it takes for frames to differ, if they are to."""
    diverse = any(isinstance(s, Diversity) and s.strength for s in request.strategies)
    if not diverse or pool.embeddings is None:
        return 0.0
    wanted = request.n if request.n is not None else (request.proportion or 0) * len(pool)
    return min(wanted, len(pool)) * pool.embeddings.size / _NUMBERS_A_SECOND


def _comparable(
    pool: Pool, request: SelectRequest, taking: Candidates
) -> tuple[Candidates, list[str]]:
    """Without candidates that have no embedding where one is needed, and what to say of it."""
    there = embedded(pool, request.strategies)[taking.rows]
    if there.all():
        return taking, []
    if not there.any() and not len(taking.included):
        raise SelectionError(
            "None of the frames that could be chosen has an embedding",
            mend="embed again with `flickerscope embed`, or choose by columns alone",
        )
    left_out = int((~there).sum())
    frames = "1 frame has" if left_out == 1 else f"{left_out:,} frames have"
    note = f"{frames} no embedding and cannot be compared, so none of them is chosen."
    return replace(taking, rows=taking.rows[there]), [note]


def _fixed(taking: Candidates) -> tuple[Rows, list[str]]:
    """Those from which others are to differ, labeled ones before included ones, and what to say."""
    count = len(taking.known)
    if count <= MOST_KNOWN:
        return taking.fixed, []
    known = taking.known[evenly(count, MOST_KNOWN)]
    note = f"Of {count:,} labeled frames, {MOST_KNOWN:,} evenly spread ones are compared with."
    return np.concatenate([known, taking.included]), [note]


def _choose(
    pool: Pool, request: SelectRequest, terms: Sequence[Term], taking: Candidates, fixed: Rows
) -> tuple[Rows, str]:
    """New rows in the order of choice, and why they are fewer than asked for."""
    wanted = taking.n - len(taking.included)
    clear = Clearance(pool, request.apart, taking.fixed)
    chosen: list[int] = []
    ahead = 1.0
    while len(chosen) < wanted:
        left = taking.rows[~clear.near[taking.rows]]
        if not len(left):
            return np.array(chosen, np.int64), used_up(request, taking, len(chosen))
        missing = wanted - len(chosen)
        before = np.concatenate([fixed, np.array(chosen, np.int64)])
        found = _run(terms, before, left, min(len(left), math.ceil(missing * ahead)))
        kept = clear.keep(found.tolist(), missing)
        chosen += kept
        if len(kept) == len(found) < min(missing, len(left)):
            return np.array(chosen, np.int64), _too_near(terms)
        ahead = min(_MOST_AHEAD, len(found) / len(kept))
    return np.array(chosen, np.int64), ""


def _run(terms: Sequence[Term], fixed: Rows, rows: Rows, count: int) -> Rows:
    """The engine's choice of `count` rows, after those that are fixed."""
    everything = np.concatenate([fixed, rows])
    selection = lightly_mundig().Selection()
    for term in terms:
        term.add_to(selection, everything)
    found = selection.run_selection(list(range(len(fixed))), len(everything), len(fixed) + count)
    return everything[np.array(found[len(fixed) :], np.int64)]


def _too_near(terms: Sequence[Term]) -> str:
    least = max(getattr(term, "min_distance", None) or 0.0 for term in terms)
    return f"Every further frame would be nearer than {least:g} to a chosen one."
