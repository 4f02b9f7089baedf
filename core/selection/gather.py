"""From projects to the frames among which to choose."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.assertions.findings import Findings
from core.detections import Detections
from core.embeddings.embeddings import Embeddings, unit_vectors
from core.embeddings.rows import EmbeddingFiles, FileRows
from core.embeddings.store import load_embeddings
from core.errors import SelectionError
from core.project import Project, Round, Run
from core.selection.part import Part
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
    rounds: tuple[Round, ...] = ()
    """Rounds of labeling that are over."""


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
    found = embeddings or load_embeddings(project.run_file(run.id), detections)
    names, rounds = run.info.class_names, project.selecting.rounds
    video = video_of(project, run, rate)
    return Source(video, detections, findings, names, known_of(project), found, rounds)


def video_of(project: Project, run: Run, rate: float) -> PoolVideo:
    """What a pool says of a project's video, `rate` in frames per second."""
    record = project.video
    return PoolVideo(
        record.path.name, record.path, project.folder, record.frame_count, rate, run.id,
        run.info.model,
    )  # fmt: skip


def known_of(project: Project) -> dict[Known, tuple[int, ...]]:
    """The frames of a project that are labeled already, by how."""
    reviewed = {d.box.frame for d in project.decisions.values() if d.gives_box}
    return {"exported": project.selecting.exported, "reviewed": tuple(sorted(reviewed))}


def part_of(source: Source) -> Part:
    """What a pool takes of one project, in the frames that its run has looked at."""
    detections, findings = source.detections, source.findings
    rows = np.flatnonzero(findings.looked_at)
    counts = class_counts(detections, len(source.class_names))[rows]
    return Part(
        source.video,
        rows,
        findings.seconds[rows],
        {name: column[rows] for name, column in frame_scores(detections, findings).items()},
        source.class_names,
        np.minimum(counts, np.iinfo(np.uint16).max).astype(np.uint16),
        {kind: found[rows] for kind, found in severities(findings).items()},
        detections.offsets[rows],
        detections.offsets[rows + 1],
        (detections.frame_count, len(detections)),
        source.known,
        source.rounds,
        source.embeddings,
    )


def pool_of(sources: Sequence[Source]) -> Pool:
    """The frames that the runs have looked at.

    Embeddings are taken where all videos have those of one source; see `core.selection.engine` for
    what is said where a strategy wants them otherwise.

    Raises:
        SelectionError: There is no video, or no run has looked at a frame.
    """
    return joined([part_of(source) for source in sources])


def joined(parts: Sequence[Part], *, most_objects: int | None = None) -> Pool:
    """The candidates of several videos as one pool; see `pool_of`.

    Args:
        parts: One of each video.
        most_objects: Of more embeddings of objects, the first of each frame are taken, and the
            pool says so; None takes all.

    Raises:
        SelectionError: There is no video, no run has looked at a frame, or embeddings that were
            left on disk are not there any more.
    """
    if not any(map(len, parts)):
        raise SelectionError(
            "There are no frames to choose from", mend="detect in at least one video first"
        )
    names = tuple(dict.fromkeys(name for part in parts for name in part.class_names))
    counts = np.concatenate([_class_counts(part, names) for part in parts])
    kinds = dict.fromkeys(kind for part in parts for kind in part.violations)
    columns = {
        name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns
    }
    pool = Pool(
        tuple(part.video for part in parts),
        np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for part in parts]),
        np.concatenate([part.frame for part in parts]),
        columns | {"object_frequency": object_frequency(counts)},
        names,
        counts,
        marks={
            known: np.concatenate(
                [np.isin(part.frame, part.known.get(known, ())) for part in parts]
            )
            for known in KNOWN
        },
        violations={
            kind: np.concatenate([part.violations.get(kind, np.zeros(len(part))) for part in parts])
            for kind in kinds
        },
        seconds=np.concatenate([part.seconds for part in parts]),
    )
    return _with_embeddings(pool, parts, most_objects)


def _marked(part: Part, known: Known) -> NDArray[np.bool_]:
    return np.isin(part.frame, part.known.get(known, ()))


def _class_counts(part: Part, names: tuple[str, ...]) -> NDArray[np.int32]:
    found = np.zeros((len(part), len(names)), np.int32)
    for name, column in zip(part.class_names, part.class_counts.T, strict=True):
        found[:, names.index(name)] += column
    return found


def _with_embeddings(pool: Pool, parts: Sequence[Part], most: int | None) -> Pool:
    own = [part.embeddings for part in parts if part.embeddings is not None]
    alike = {(each.source, each.frames.shape[1]) for each in own}
    if len(own) < len(parts) or len(alike) > 1:
        return pool
    vectors: list[Vectors] = []
    for each, part in zip(own, parts, strict=True):
        # A run that goes on may have more frames, or fewer, than its embeddings.
        there = part.frame < len(each.frames)
        found = np.zeros((len(part), each.frames.shape[1]), np.float32)
        found[there] = unit_vectors(_read(each.frames, part.frame[there], part))
        vectors.append(found)
    return _with_objects(replace(pool, embeddings=np.concatenate(vectors)), parts, own, most)


def _with_objects(
    pool: Pool,
    parts: Sequence[Part],
    own: Sequence[Embeddings | EmbeddingFiles],
    most: int | None,
) -> Pool:
    there = [
        each.objects
        for each, part in zip(own, parts, strict=True)
        if each.objects is not None and len(each.objects) >= part.seen[1]
    ]
    if len(there) < len(parts) or len({each.shape[1] for each in there}) > 1:
        return pool
    counts = np.concatenate([part.last - part.first for part in parts])
    each_frame = _most_each(counts, most)
    if each_frame is not None:
        note = f"Only the first {each_frame} objects of each frame are compared: there are too many"
        pool = replace(pool, notes=(*pool.notes, f"{note}."))
        counts = np.minimum(counts, each_frame)
    vectors = []
    for found, part in zip(there, parts, strict=True):
        last = part.last if each_frame is None else np.minimum(part.last, part.first + each_frame)
        vectors.append(unit_vectors(_read(found, spans(part.first, last)[1], part)))
    offsets = np.concatenate([[0], np.cumsum(counts)])
    return replace(pool, objects=np.concatenate(vectors), offsets=offsets)


def _read(
    vectors: NDArray[np.float16] | FileRows, rows: NDArray[np.int64], part: Part
) -> NDArray[np.float16]:
    try:
        return vectors[rows]
    except (OSError, ValueError) as error:
        raise SelectionError(
            f"The embeddings of {part.video.name} are not as they were any more",
            mend="read the videos again, then select",
        ) from error


def _most_each(counts: NDArray[np.int64], most: int | None) -> int | None:
    """How many objects of each frame are `most` together, at least one; None for all."""
    if most is None or counts.sum() <= most:
        return None
    fitting = 1
    while np.minimum(counts, fitting + 1).sum() <= most:
        fitting += 1
    return fitting
