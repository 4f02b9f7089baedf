"""Parts on disk: `selection.npz` in a project's folder, so that nothing is linked again for a pool
of hundreds of videos.

What changes without the run, such as which frames were exported, is read from the project each
time; embeddings stay where they are.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.collection.overview import stamp_of
from core.embeddings.store import embeddings_beside
from core.opening import Target, open_reader
from core.paths import write_atomically
from core.pipeline import current_run, findings_of
from core.project import Project
from core.selection.gather import known_of, part_of, source_of, video_of
from core.selection.part import Part
from core.video import VideoReader

log = logging.getLogger(__name__)

FILE = "selection.npz"
_VERSION = 1
_COUNTS = "seconds", "frame", "first", "last", "class_counts"


def part_in(project: Project, opened: Callable[[Target], VideoReader] = open_reader) -> Part:
    """What a pool takes of a project: as it was kept, else found anew and kept.

    Args:
        project: The project.
        opened: Opens its video where something is to be found anew.

    Raises:
        UserError: The project has no run, or its run or video cannot be read.
    """
    project.check_video()
    kept = _load(project)
    if kept is not None:
        return kept
    run, detections = current_run(project)
    with opened(Target(project.video.path, project.folder)) as reader:
        found = findings_of(project, run, detections, reader.index).within(project.thresholds)
        part = part_of(source_of(project, run, detections, found, float(reader.info.rate)))
    keep_part(project, part)
    return replace(part, embeddings=embeddings_beside(project.run_file(run.id), *part.seen))


def keep_part(project: Project, part: Part) -> None:
    """Keep what was found in a project; a failure costs only time later, so it is logged, no more.

    Args:
        project: The project, as it is now.
        part: All of its candidates, within its thresholds.
    """
    head = {
        "version": _VERSION,
        "stamp": stamp_of(project),
        "rate": part.video.rate,
        "columns": list(part.columns),
        "violations": list(part.violations),
        "seen": part.seen,
    }
    arrays: dict[str, NDArray[Any]] = {name: getattr(part, name) for name in _COUNTS}
    arrays["columns"] = _stacked(part.columns, len(part))
    arrays["violations"] = _stacked(part.violations, len(part))
    text = np.frombuffer(json.dumps(head).encode(), np.uint8)

    def write(path: Path) -> None:
        with path.open("wb") as file:
            # Most counts of classes are 0.
            np.savez_compressed(file, allow_pickle=False, head=text, **arrays)

    try:
        write_atomically(project.folder / FILE, write)
    except OSError:
        log.warning("the candidates could not be kept in %s", project.folder, exc_info=True)


def _load(project: Project) -> Part | None:
    """What was kept, if it fits the project as it is now."""
    run, path = project.run, project.folder / FILE
    if run is None:
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
            head: dict[str, Any] = json.loads(saved["head"].tobytes())
            if head["version"] != _VERSION or head["stamp"] != stamp_of(project):
                return None
            counted = {name: saved[name] for name in _COUNTS}
            columns = dict(zip(head["columns"], saved["columns"], strict=True))
            violations = dict(zip(head["violations"], saved["violations"], strict=True))
        frames, boxes = head["seen"]
        part = Part(
            video=video_of(project, run, head["rate"]),
            columns=columns,
            class_names=run.info.class_names,
            violations=violations,
            seen=(frames, boxes),
            known=known_of(project),
            rounds=project.selecting.rounds,
            embeddings=embeddings_beside(project.run_file(run.id), frames, boxes),
            **counted,
        )
        _check(part)
    except FileNotFoundError:
        return None
    except Exception:
        # A broken byte can lead zipfile and numpy to raise anything at all.
        log.warning("%s is damaged; it is made anew", path, exc_info=True)
        return None
    return part


def _check(part: Part) -> None:
    """Raises ValueError for columns that do not belong together."""
    arrays: list[NDArray[Any]] = [*part.columns.values(), *part.violations.values()]
    arrays += [part.class_counts, part.seconds, part.first, part.last]
    if any(len(array) != len(part) for array in arrays):
        raise ValueError("columns of different lengths")
    if part.class_counts.shape != (len(part), len(part.class_names)):
        raise ValueError(f"counts of classes {part.class_counts.shape}")


def _stacked(columns: Mapping[str, NDArray[np.float64]], length: int) -> NDArray[np.float64]:
    return np.array(list(columns.values()), np.float64).reshape(len(columns), length)
