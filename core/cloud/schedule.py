"""Schedule a selection run at Lightly; repeating it after a break makes nothing twice."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from core.cloud.address import S3Address
from core.cloud.datasources import access_to, check_access, set_datasources
from core.cloud.lightly import ConflictError, ask, client, library, make_once, never, once, one_line
from core.cloud.selection import SelectionRequest, selection_config
from core.errors import Cancelled, CloudError
from core.project.handover import CloudPlace, ScheduledRun

WORKER_CONFIG = {"use_datapool": True, "datasource": {"process_all": True}}
"""Without the datapool, the Worker aborts where a dataset has frames of an earlier run
(https://docs.lightly.ai/docs/datapool); `process_all`: choose from the frames that it saw, too."""

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9 _-]{2,}")
"""Source: `DatasetCreateRequest` of Lightly's client."""
_VIDEOS = "Videos"


def check_place(place: CloudPlace, *, keys: bool = False) -> None:
    """Check all that can be checked without a network.

    Args:
        place: Where to schedule.
        keys: Give Lightly the keys of the AWS configuration instead of a role.

    Raises:
        CloudError: Something is missing or cannot be right.
    """
    if not _NAME.fullmatch(place.dataset):
        raise CloudError(
            f"{place.dataset!r} is no name for a dataset of Lightly",
            mend="use 3 or more of a-z, A-Z, 0-9, space, - and _, with a letter or digit first",
        )
    for name, text in (("input", place.input), ("Lightly", place.lightly)):
        if not text:
            raise CloudError(f"The {name} bucket is missing", mend="name it as s3://bucket/path")
        S3Address.parse(text)
    if not keys:
        check_access(place)


def schedule(
    place: CloudPlace,
    request: SelectionRequest,
    *,
    frame_count: int | None = None,
    class_names: Sequence[str] | None = None,
    keys: bool = False,
    runs_on: Sequence[str] = (),
    on_step: Callable[[str], None] = lambda step: None,
    cancelled: Callable[[], bool] = never,
) -> ScheduledRun:
    """Create or reuse the dataset, name its buckets, and schedule a run.

    A run with the same selection that waits or works already is taken up instead, so that
    repeating after a break does not make a second one.

    Args:
        place: Where to schedule.
        request: What to select.
        frame_count: Frames there are in all; None where nobody knows.
        class_names: Classes of the detector; None where nobody knows.
        keys: Give Lightly the keys of the AWS configuration instead of a role.
        runs_on: Labels that a worker must have to take the run.
        on_step: Told what is being done.
        cancelled: Whether to stop before the next step.

    Raises:
        Cancelled: The person asked to stop; what was made until then is found by repeating.
        CloudError: Something is missing or wrong, or Lightly refuses, or is out of reach.
    """
    check_place(place, keys=keys)
    selection = selection_config(request, frame_count, class_names)
    _check_model(selection)
    access = access_to(place, keys=keys)
    step = _Steps(on_step, cancelled)
    dataset_id = _dataset(place.dataset, step)
    step("Naming the buckets")
    api = client(dataset_id)
    set_datasources(api, place, access, cancelled)
    step("Looking for a run with this selection")
    run = _waiting_run(api, selection, list(runs_on))
    if run is None:
        step("Scheduling the selection")
        run = _new_run(api, selection, list(runs_on), cancelled)
    return ScheduledRun(dataset_id, place.dataset, *run)


@dataclass(frozen=True)
class _Steps:
    tell: Callable[[str], None]
    cancelled: Callable[[], bool]

    def __call__(self, what: str) -> None:
        if self.cancelled():
            raise Cancelled
        self.tell(what)


def _check_model(selection: dict[str, Any]) -> None:
    """The client's own model is the last to look."""
    try:
        _as_model(selection)
    except ValueError as error:
        raise CloudError(
            f"Lightly's client refuses the selection ({one_line(str(error))})", mend="change it"
        ) from None


def _dataset(name: str, step: _Steps) -> str:
    step("Looking for the dataset")
    api = client()
    found = _own_dataset(api, name, step.cancelled)
    if found is None:
        step("Creating the dataset")
        return make_once(
            lambda: _created(api, name),
            partial(_own_id, api, name),
            step.cancelled,
        )
    if found.type != _VIDEOS:
        raise _taken(name, f"it holds {found.type.lower()}")
    return str(found.id)


def _created(api: Any, name: str) -> str:
    try:
        once(lambda: api.create_dataset(name, dataset_type=_VIDEOS))
    except ConflictError:
        raise _taken(name, "somebody else has it") from None
    return str(api.dataset_id)


def _own_id(api: Any, name: str) -> str | None:
    found = _own_dataset(api, name, never)
    return None if found is None else str(found.id)


def _own_dataset(api: Any, name: str, cancelled: Callable[[], bool]) -> Any | None:
    found = ask(lambda: api.get_datasets_by_name(name, shared=False), cancelled)
    return next((dataset for dataset in found if dataset.name == name), None)


def _taken(name: str, why: str) -> CloudError:
    return CloudError(f"The dataset name {name!r} is taken: {why}", mend="choose another name")


def _new_run(
    api: Any, selection: dict[str, Any], runs_on: list[str], cancelled: Callable[[], bool]
) -> tuple[str, str]:
    def new() -> tuple[str, str]:
        schedule_id = once(
            lambda: api.schedule_compute_worker_run(
                worker_config=WORKER_CONFIG, selection_config=selection, runs_on=runs_on
            )
        )
        return schedule_id, datetime.now(UTC).isoformat(timespec="seconds")

    return make_once(new, lambda: _waiting_run(api, selection, runs_on), cancelled)


def _waiting_run(api: Any, selection: dict[str, Any], runs_on: list[str]) -> tuple[str, str] | None:
    """A run of the dataset with this selection that is not over: its id and when it was made."""
    docker = api._compute_worker_api
    wanted = _as_model(selection)
    for scheduled in ask(api.get_scheduled_compute_worker_runs):
        config = ask(partial(docker.get_docker_worker_config_vxby_id, scheduled.config_id))
        selected = getattr(config.actual_instance.config, "selection", None)
        if scheduled.runs_on == runs_on and selected == wanted:
            made = datetime.fromtimestamp(scheduled.created_at / 1000, UTC)
            return scheduled.id, made.isoformat(timespec="seconds")
    return None


def _as_model(selection: dict[str, Any]) -> Any:
    return library().api_workflow_compute_worker.selection_config_from_dict(selection)
