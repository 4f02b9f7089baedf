"""A selection run at Lightly: what has become of it, and what it left behind."""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from core.cloud.lightly import TIMEOUT, ask, client, never, once, wait
from core.cloud.token import redacted
from core.errors import Cancelled, CloudError, UnreachableError
from core.project.handover import ScheduledRun

log = logging.getLogger(__name__)

PATIENCE = 600.0
"""Seconds without any answer after which following a run gives up."""

_GONE = "CANCELED_OR_NOT_EXISTING"
_FAILED = {"FAILED", "CRASHED", "ABORTED", _GONE}
_CHUNK = 1 << 18


class RunState(StrEnum):
    """What a run's state at Lightly means for a person."""

    OPEN = "open"
    """No worker has taken it yet."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


def state_of(run: ScheduledRun) -> RunState:
    """What the run was when it was asked for last."""
    if run.state == "OPEN":
        return RunState.OPEN
    if run.state == "COMPLETED":
        return RunState.DONE
    return RunState.FAILED if run.state in _FAILED else RunState.RUNNING


def check_done(run: ScheduledRun) -> None:
    """Make sure that a run that is over has left a result.

    Raises:
        CloudError: It failed; says why.
    """
    if state_of(run) is RunState.FAILED:
        reason = run.message.rstrip(". ") or run.state
        raise CloudError(
            f"Lightly's run on {run.dataset!r} failed: {reason}", mend="mend that, schedule again"
        )


def refresh(run: ScheduledRun) -> ScheduledRun:
    """The run as it is now.

    Raises:
        UnreachableError: Lightly cannot be asked now.
        CloudError: Lightly refuses.
    """
    return _refreshed(client(run.dataset_id), run)


def follow(
    run: ScheduledRun,
    *,
    every: float = 30.0,
    on_change: Callable[[ScheduledRun], None],
    cancelled: Callable[[], bool] = never,
) -> ScheduledRun:
    """Ask until the run is over; breaks of the network of up to `PATIENCE` do not matter.

    Args:
        run: As it was known last.
        every: Seconds between two questions; Lightly asks for 30 at least.
        on_change: Gets the run whenever its state or message is another.
        cancelled: Whether to stop.

    Returns:
        The run, done or failed; see `check_done`.

    Raises:
        Cancelled: The person asked to stop following; the run goes on.
        CloudError: Lightly refuses, or was out of reach for too long.
    """
    api = client(run.dataset_id)
    answered = time.monotonic()
    while True:
        if cancelled():
            raise Cancelled
        try:
            now = _refreshed(api, run)
            answered = time.monotonic()
        except UnreachableError as problem:
            if time.monotonic() - answered > PATIENCE:
                raise
            log.info("still following: %s", problem)
            now = run
        if now != run:
            run = now
            on_change(run)
        if state_of(run) in (RunState.DONE, RunState.FAILED):
            return run
        wait(every, cancelled)


def download_artifacts(
    run: ScheduledRun,
    folder: Path,
    on_progress: Callable[[str, int, int], None] = lambda name, done, total: None,
    cancelled: Callable[[], bool] = never,
) -> list[Path]:
    """Fetch the report and whatever else the run left; what is there already is kept.

    Args:
        run: A run that a worker has taken.
        folder: Where to; one of its own for each run. Made if need be.
        on_progress: Gets a file's name, its bytes so far, and its bytes in all.
        cancelled: Whether to stop; what was fetched is used the next time.

    Returns:
        The files, whole each.

    Raises:
        Cancelled: The person asked to stop.
        CloudError: Lightly refuses, or stays out of reach.
        OSError: The folder cannot be written.
    """
    api = client(run.dataset_id)
    data = ask(lambda: api.get_compute_worker_run_from_scheduled_run(run.schedule_id), cancelled)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for artifact, name in _named(data.artifacts or []):
        fetch = _Fetch(folder / name, folder / f".{artifact.id}.part", on_progress, cancelled)
        # The address anew each time: it is good for a while only.
        ask(partial(_fetch_artifact, api, data.id, artifact.id, fetch), cancelled)
        paths.append(fetch.target)
    return paths


def _refreshed(api: Any, run: ScheduledRun) -> ScheduledRun:
    from lightly.openapi_generated.swagger_client.exceptions import ApiException

    def question() -> Any:
        try:
            return api.get_compute_worker_run_from_scheduled_run(run.schedule_id)
        except ApiException as error:
            if error.status != 404:
                raise
            return None

    # Not the client's own get_compute_worker_run_info: it takes any refusal for a missing run.
    data = once(question)
    if data is not None:
        # The message is kept in the project, and may hold a signed address.
        message = redacted(data.message or "")
        return replace(run, state=str(data.state), message=message, run_id=data.id)
    waiting = once(api.get_scheduled_compute_worker_runs)
    if any(scheduled.id == run.schedule_id for scheduled in waiting):
        return replace(run, state="OPEN", message="", run_id="")
    return replace(run, state=_GONE, message="it was canceled before a worker took it")


def _fetch_artifact(api: Any, run_id: str, artifact_id: str, fetch: "_Fetch") -> None:
    # The client's public methods fetch some kinds of artifacts only, and not in pieces.
    docker = api._compute_worker_api
    fetch(docker.get_docker_run_artifact_read_url_by_id(run_id, artifact_id))


def _named(artifacts: list[Any]) -> list[tuple[Any, str]]:
    """Each artifact with a file name that no other has and that cannot leave the folder."""
    named: dict[str, Any] = {}
    for artifact in artifacts:
        last = re.split(r"[/\\]", artifact.file_name)[-1]
        name = re.sub(r"[^\w.-]+", "_", last).lstrip(".")[-120:] or str(artifact.id)
        named[f"{artifact.id}-{name}" if name in named else name] = artifact
    return [(artifact, name) for name, artifact in named.items()]


@dataclass(frozen=True)
class _Fetch:
    """Fetches one file; what a broken connection has brought is used the next time."""

    target: Path
    partial: Path
    on_progress: Callable[[str, int, int], None]
    cancelled: Callable[[], bool]

    def __call__(self, address: str) -> None:
        import requests

        have = self.partial.stat().st_size if self.partial.exists() else 0
        # Packed, the file would have another length than the answer says.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        with requests.get(address, headers=headers, stream=True, timeout=TIMEOUT) as answer:
            if answer.status_code == 416:  # What is there is not the beginning of this file.
                self.partial.unlink()
                raise requests.ConnectionError
            answer.raise_for_status()
            have = have if answer.status_code == 206 else 0
            size = have + int(answer.headers.get("Content-Length", 0))
            if self.target.exists() and self.target.stat().st_size == size:
                return
            with self.partial.open("ab" if have else "wb") as file:
                for chunk in answer.iter_content(_CHUNK):
                    file.write(chunk)
                    have += len(chunk)
                    self.on_progress(self.target.name, have, size)
                    if self.cancelled():
                        raise Cancelled
        self.partial.replace(self.target)
