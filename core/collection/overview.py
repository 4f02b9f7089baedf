"""What a project holds, small enough to read thousands of them: `overview.npz` in its folder.

Linking a long video takes seconds; a list of videos must not wait for that. Whoever has found what
flickers in a project leaves an overview there, and one that does not fit the project any more is
passed over and made anew.
"""

import json
import logging
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.assertions.findings import Findings
from core.assertions.imputed import ImputedBoxes
from core.assertions.registry import GROUP
from core.frames import FrameIndex
from core.paths import write_atomically
from core.project import Project, Run
from core.review import Queue
from core.tracks.pairs import Rows

log = logging.getLogger(__name__)

STRIP = 512
"""Most stretches that a video's score strip has."""
FILE = "overview.npz"
"""Where it lies in a project's folder."""

_VERSION = 1
"""Of the file, and of what its numbers mean."""
_ROW = np.dtype(
    [
        ("start", np.int64),
        ("stop", np.int64),
        ("kind", np.int8),
        ("class_id", np.int16),
        ("track", np.int64),
        ("plausibility", np.float32),
        ("gain", np.float64),
        ("state", np.uint8),
    ]
)
"""A violation on disk: one array is read in a tenth of the time of eight."""
_HEAD = (
    *("stamp", "frames", "seconds", "width", "height", "model", "seen", "complete"),
    *("flagged", "flickering", "kinds", "class_names"),
)


@dataclass(frozen=True, eq=False)
class Overview:
    """A project's newest findings within its thresholds, as they were when it was left."""

    stamp: str
    """Of all that the rest follows from; see `stamp_of`."""
    frames: int
    """Of the video."""
    seconds: float
    width: int
    height: int
    """Of the upright picture, px."""
    model: str
    """What people call the run's detector."""
    seen: int
    """Frames that the run has looked at."""
    complete: bool
    """Whether the run has seen all that it was to look at."""
    flagged: int
    """Frames with a violation."""
    flickering: float
    """Missed boxes that are to be expected in 1,000 frames: the sum of the violations' gain."""
    strip: NDArray[np.float16]
    """(k,) highest flickering score, 0..1, in each of at most `STRIP` stretches of equal length;
    NaN where the run has not looked."""
    kinds: tuple[str, ...]
    class_names: tuple[str, ...]
    start: Rows
    """(v,) first frame of each violation, numbered as in `core.review.Queue`; as are the next."""
    stop: Rows
    """(v,) the frame after the last one."""
    kind: NDArray[np.int8]
    """(v,) index into `kinds`."""
    class_id: NDArray[np.int16]
    """(v,) index into `class_names`, or -1."""
    track: Rows
    """(v,) or -1."""
    plausibility: NDArray[np.float32]
    """(v,) 0..1."""
    gain: NDArray[np.float64]
    """(v,) see `core.review.Queue.gain`."""
    state: NDArray[np.uint8]
    """(v,) `core.review.ReviewState`."""

    @property
    def violations(self) -> int:
        """How many there are."""
        return len(self.start)

    @property
    def to_do(self) -> int:
        """How many of them wait for a decision."""
        return int(np.count_nonzero(self.state == 0))


def overview_of(project: Project, run: Run, everything: Findings, index: FrameIndex) -> Overview:
    """What there is to say of a project now.

    Args:
        project: Open.
        run: Its chosen run.
        everything: All that was found in it, recalibrated, whatever the thresholds.
        index: The frames of its video.
    """
    findings = everything.within(project.thresholds)
    decided = [decision.box for decision in project.decisions.values()]
    queue = Queue(ImputedBoxes(findings.columns, decided), findings, project.decisions)
    return overview_as_shown(project, run, findings, queue, index, stamp_of(project))


def overview_as_shown(
    project: Project, run: Run, findings: Findings, queue: Queue, index: FrameIndex, stamp: str
) -> Overview:
    """The same for who has these already; arguments as there, and others.

    Args:
        findings: Within the project's thresholds.
        queue: Of these findings and all decisions.
        stamp: What `stamp_of` gives; empty where the overview is not kept.
    """
    seen = int(np.count_nonzero(findings.looked_at))
    # A box that was decided in another run says nothing of this one.
    expected = float(queue.gain[: len(findings.violations)].sum())
    return Overview(
        stamp=stamp,
        frames=len(index),
        seconds=index.duration,
        width=project.video.width,
        height=project.video.height,
        model=run.info.model,
        seen=seen,
        complete=findings.frame_count >= run.config.sampling.end(len(index)),
        flagged=len(findings.flagged),
        flickering=1000 * expected / seen if seen else 0.0,
        strip=_strip(findings, len(index)),
        kinds=queue.kinds,
        class_names=queue.class_names,
        start=queue.start,
        stop=queue.stop,
        kind=queue.kind,
        class_id=queue.class_id,
        track=queue.track,
        plausibility=queue.plausibility,
        gain=queue.gain,
        state=queue.state.copy(),
    )


def stamp_of(project: Project) -> str:
    """A digest of what an overview follows from: run and how far it is, thresholds,
    recalibration, decisions. Reads no detections, so that it is quick."""
    run, recalibration = project.run, project.recalibration
    decided = [
        [key, decision.verdict.value, asdict(decision.correction) if decision.correction else None]
        for key, decision in project.decisions.items()
    ]
    follows_from = [
        _program(),
        [run.id, _size_of(project.run_file(run.id))] if run is not None else None,
        project.thresholds.to_json(),
        recalibration.to_json() if recalibration is not None else None,
        decided,
    ]
    return sha256(json.dumps(follows_from, sort_keys=True).encode()).hexdigest()[:16]


def save_overview(folder: Path, overview: Overview) -> None:
    """Keep it in a project's folder; a failure costs only time later, so it is logged, no more."""
    rows = np.empty(overview.violations, _ROW)
    for name in _ROW.fields or ():
        rows[name] = getattr(overview, name)
    head = {name: getattr(overview, name) for name in _HEAD}
    text = np.frombuffer(json.dumps({"version": _VERSION, **head}).encode(), np.uint8)

    def write(path: Path) -> None:
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, head=text, strip=overview.strip, violations=rows)

    try:
        write_atomically(folder / FILE, write)
    except OSError:
        log.warning("the overview could not be saved in %s", folder, exc_info=True)


def load_overview(folder: Path) -> Overview | None:
    """The overview that lies in a project's folder, fitting or not; None without a readable one."""
    path = folder / FILE
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
            head: dict[str, Any] = json.loads(saved["head"].tobytes())
            if head.pop("version") != _VERSION:
                return None
            return _overview(head, saved["strip"], saved["violations"])
    except FileNotFoundError:
        return None
    except Exception:
        # A broken byte can lead zipfile and numpy to raise anything at all.
        log.warning("the overview %s is damaged; it is made anew", path, exc_info=True)
        return None


def _overview(head: dict[str, Any], strip: NDArray[Any], rows: NDArray[Any]) -> Overview:
    if rows.dtype != _ROW or strip.dtype != np.float16 or strip.ndim != 1:
        raise ValueError(f"unknown columns: {rows.dtype}, {strip.dtype}")
    head["kinds"], head["class_names"] = tuple(head["kinds"]), tuple(head["class_names"])
    columns: dict[str, Any] = {name: np.ascontiguousarray(rows[name]) for name in _ROW.fields or ()}
    return Overview(strip=strip, **head, **columns)


def _strip(findings: Findings, frames: int) -> NDArray[np.float16]:
    scores = np.full(frames, np.nan, np.float32)
    known = np.where(findings.looked_at, findings.scores, np.float32(np.nan))[:frames]
    scores[: len(known)] = known
    stretches = min(STRIP, frames)
    first = np.arange(stretches) * frames // max(stretches, 1)
    return np.fmax.reduceat(scores, first).astype(np.float16)


def _size_of(file: Path) -> int:
    """Bytes of a run's file, which grow with every frame that it has seen."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


@cache
def _program() -> list[str]:
    """What else decides about findings: this program, and the assertions that are installed."""
    installed = sorted(f"{entry.name}={entry.value}" for entry in entry_points(group=GROUP))
    return [str(_VERSION), version("flickerscope"), *installed]
