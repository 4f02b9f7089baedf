"""The command that embeds, without a window."""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np

from core.embeddings.embed import embed, embed_request
from core.headless import Report, Summary, opened_reader
from core.opening import Target
from core.project import Project


def embed_project(
    folder: Path, model: str | None, report: Report, warn: Callable[[str], None]
) -> Summary:
    """Embed the frames of a project's chosen run with a model, or with its own detector.

    Args:
        folder: The project.
        model: See `core.embeddings.embed.embed`.
        report: Told frames done.
        warn: Told which model is about to be loaded; it may run code.

    Raises:
        UserError: See `core.embeddings.embed.embed`.
    """
    with closing(Project.open(folder)) as project:
        project.check_video()
        with opened_reader(Target(project.video.path, project.folder), report) as reader:
            began = time.monotonic()

            def on_progress(done: int, total: int) -> None:
                report("Embedding", done, total, done / max(time.monotonic() - began, 1e-6))

            request = embed_request(project, reader.index, model)
            warn(request.model)
            found = embed(project, reader, request.model, on_progress=on_progress)
    return {
        "project": str(project.folder),
        "model": found.source,
        "frames": int(np.any(found.frames, axis=1).sum()),
        "dimensions": found.frames.shape[1],
        "objects": 0 if found.objects is None else len(found.objects),
    }
