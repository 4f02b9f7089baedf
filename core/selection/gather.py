"""From projects to the frames among which to choose."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.assertions.findings import Findings
from core.detections import Detections
from core.embeddings.embeddings import Embeddings, unit_vectors
from core.embeddings.store import load_embeddings
from core.errors import SelectionError
from core.project import Project, Run
from core.selection.pool import Pool, PoolVideo, Vectors
from core.selection.request import KNOWN, Known
from core.selection.scores import class_counts, frame_scores, object_frequency, severities
from core.tracks.pairs import spans


@dataclass(frozen=True, eq=False)
class Source:
    """All that a pool takes of one project; nothing changes it, so any thread may use it."""

    video: PoolVideo
    detections: Detections
    findings: Findings
    """Within the person's thresholds."""
    class_names: tuple[str, ...]
    known: dict[Known, tuple[int, ...]]
    """Frames that are labeled already."""
    embeddings: Embeddings | None = None


def source_of(
    project: Project,
    run: Run,
    detections: Detections,
    findings: Findings,
    rate: float,
    embeddings: Embeddings | None = None,
) -> Source:
    """What a pool takes of a project.

    Args:
        project: The project.
        run: Its run.
        detections: What the run saw.
        findings: What was found in it, within the person's thresholds.
        rate: Frames per second.
        embeddings: The run's; None takes those that are kept beside it, if there are any.
    """
    record = project.video
    video = PoolVideo(
        record.path.name, record.path, project.folder, record.frame_count, rate, run.id,
        run.info.model,
    )  # fmt: skip
    reviewed = {d.box.frame for d in project.decisions.values() if d.gives_box}
    known: dict[Known, tuple[int, ...]] = {
        "exported": project.selecting.exported,
        "reviewed": tuple(sorted(reviewed)),
    }
    found = embeddings or load_embeddings(project.run_file(run.id), detections)
    return Source(video, detections, findings, run.info.class_names, known, found)


def pool_of(sources: Sequence[Source]) -> Pool:
    """The frames that the runs have looked at.

    Embeddings are taken where all videos have those of one source; see `core.selection.engine` for
    what is said where a strategy wants them otherwise.

    Raises:
        SelectionError: There is no video, or no run has looked at a frame.
    """
    frames = [np.flatnonzero(source.findings.looked_at) for source in sources]
    if not any(map(len, frames)):
        raise SelectionError(
            "There are no frames to choose from", mend="detect in at least one video first"
        )
    parts = list(zip(sources, frames, strict=True))
    names = tuple(dict.fromkeys(name for source in sources for name in source.class_names))
    counts = np.concatenate([_class_counts(source, rows, names) for source, rows in parts])
    kinds = dict.fromkeys(kind for source in sources for kind in source.findings.kinds)
    found = [severities(source.findings) for source in sources]
    pool = Pool(
        tuple(source.video for source in sources),
        np.repeat(np.arange(len(sources), dtype=np.int32), [len(rows) for rows in frames]),
        np.concatenate(frames),
        _columns(parts) | {"object_frequency": object_frequency(counts)},
        names,
        counts,
        marks={
            known: np.concatenate([np.isin(rows, source.known[known]) for source, rows in parts])
            for known in KNOWN
        },
        violations={
            kind: np.concatenate(
                [
                    own[kind][rows] if kind in own else np.zeros(len(rows))
                    for own, rows in zip(found, frames, strict=True)
                ]
            )
            for kind in kinds
        },
    )
    return _with_embeddings(pool, parts)


def _columns(parts: Sequence[tuple[Source, NDArray[np.int64]]]) -> dict[str, NDArray[np.float64]]:
    scores = [frame_scores(source.detections, source.findings) for source, _ in parts]
    return {
        name: np.concatenate(
            [own[name][rows] for own, (_, rows) in zip(scores, parts, strict=True)]
        )
        for name in scores[0]
    }


def _class_counts(
    source: Source, rows: NDArray[np.int64], names: tuple[str, ...]
) -> NDArray[np.int32]:
    own = class_counts(source.detections, len(source.class_names))[rows]
    found = np.zeros((len(rows), len(names)), np.int32)
    for name, column in zip(source.class_names, own.T, strict=True):
        found[:, names.index(name)] += column
    return found


def _with_embeddings(pool: Pool, parts: Sequence[tuple[Source, NDArray[np.int64]]]) -> Pool:
    own = [source.embeddings for source, _ in parts if source.embeddings is not None]
    alike = {(each.source, each.frames.shape[1]) for each in own}
    if len(own) < len(parts) or len(alike) > 1:
        return pool
    vectors: list[Vectors] = []
    objects: list[Vectors] = []
    counts: list[NDArray[np.int64]] = []
    for each, (source, rows) in zip(own, parts, strict=True):
        # A run that goes on may have more frames, or fewer, than its embeddings.
        there = rows < len(each.frames)
        found = np.zeros((len(rows), each.frames.shape[1]), np.float32)
        found[there] = unit_vectors(each.frames[rows[there]])
        vectors.append(found)
        first, last = source.detections.offsets[rows], source.detections.offsets[rows + 1]
        counts.append(last - first)
        if each.objects is not None and len(each.objects) >= len(source.detections):
            objects.append(unit_vectors(each.objects[spans(first, last)[1]]))
    pool = replace(pool, embeddings=np.concatenate(vectors))
    if len(objects) < len(parts) or len({each.shape[1] for each in objects}) > 1:
        return pool
    offsets = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    return replace(pool, objects=np.concatenate(objects), offsets=offsets)
