"""The state behind the Lightly server: datasets, buckets, runs and tags."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from lightly.openapi_generated.swagger_client import models

from tests.servers.lightly_worker import REPORT, Chosen, Worker, WorkerError

TOKEN = "token-of-the-local-lightly-server"
USER = "somebody"
STATES = ("STARTED", "LOADING_PREDICTION", "SAMPLING", "COMPLETED")
"""What a run goes through, one for each question."""

_OVER = ("COMPLETED", "FAILED", "CRASHED", "ABORTED")


class RefusedError(Exception):
    """What Lightly answers instead: a status, a code and a text."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Download:
    """A file, or the address where it is."""

    data: bytes = b""
    elsewhere: str = ""


@dataclass
class Platform:
    """All that Lightly knows; may be looked at and changed by tests."""

    token: str = TOKEN
    worker: Worker | None = None
    """None: frames are `frames` and their pictures a text."""
    frames: tuple[str, ...] = ("data/clip-00-mp4.png", "data/clip-01-mp4.png")
    polls_open: int = 1
    """How often a run is asked for before a worker takes it."""
    automatic: bool = True
    """A run goes on with each question; else by `advance` alone."""
    failure: str = ""
    """The message that the next run fails with."""
    foreign: tuple[str, ...] = ()
    """Names of other people's datasets."""
    refusal: int = 401
    url: str = ""
    artifacts: tuple[tuple[str, str, bytes], ...] = (
        ("REPORT_PDF", "report.pdf", REPORT),
        ("LOG", "log.txt", b"done\n"),
    )
    """Type, file name and content."""
    datasets: dict[str, Any] = field(default_factory=dict)
    datasources: dict[str, dict[str, Any]] = field(default_factory=dict)
    configs: dict[str, Any] = field(default_factory=dict)
    scheduled: dict[str, Any] = field(default_factory=dict)
    polls: dict[str, int] = field(default_factory=dict)
    runs: dict[str, Any] = field(default_factory=dict)
    """By the id of their schedule."""
    tags: dict[str, list[tuple[Any, list[Chosen]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._numbers = count(1)
        self._routes: list[tuple[str, str, Callable[..., Any]]] = [
            ("GET", r"/v1/datasets/query/name/(.+)", self._named),
            ("POST", "/v1/datasets", self._create_dataset),
            ("GET", r"/v1/datasets/(\w+)", self._dataset),
            ("PUT", r"/v1/datasets/(\w+)/datasource", self._set_datasource),
            ("GET", r"/v1/datasets/(\w+)/datasource/all", self._datasources),
            ("GET", r"/v1/datasets/(\w+)/datasource/verify", self._verify),
            ("POST", "/v1/docker/worker/config/vX", self._create_config),
            ("GET", r"/v1/docker/worker/config/vX/(\w+)", self._config),
            ("POST", r"/v1/datasets/(\w+)/docker/worker/schedule", self._schedule),
            ("GET", r"/v1/datasets/(\w+)/docker/worker/schedule", self._waiting),
            ("GET", r"/v1/docker/runs/schedule/(\w+)", self._run),
            ("GET", r"/v1/docker/runs/(\w+)/artifacts/(\w+)/readurl", self._artifact),
            ("GET", r"/v1/datasets/(\w+)/tags", self._tags),
            ("GET", r"/v1/datasets/(\w+)/tags/(\w+)", self._tag),
            ("GET", r"/v1/datasets/(\w+)/tags/(\w+)/export/basic/filenames", self._file_names),
        ]

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        """The JSON value, or download, that a request gets."""
        with self._lock:
            if path.startswith("/public/"):
                return self._public(path)
            if query.pop("token", None) != self.token:
                raise RefusedError(self.refusal, "UNAUTHORIZED", "the token is not valid")
            for known, pattern, route in self._routes:
                match = re.fullmatch(pattern, path)
                if known == method and match:
                    given = [query] if method == "GET" else [_body(body)]
                    return _plain(route(*match.groups(), *given))
        raise RefusedError(404, "NOT_FOUND", f"no {method} {path}")

    def advance(self, schedule_id: str, state: str, message: str = "") -> None:
        """Let a worker take a run, or take it on."""
        with self._lock:
            scheduled = self.scheduled[schedule_id]
            run = self.runs.get(schedule_id) or models.DockerRunData(
                id=self._id(),
                user_id=USER,
                docker_version="2.13.0",
                state=state,
                dataset_id=scheduled.dataset_id,
                config_id=scheduled.config_id,
                scheduled_id=schedule_id,
                created_at=_now(),
                last_modified_at=_now(),
                artifacts=[],
            )
            if state == "COMPLETED":
                run.artifacts = [
                    models.DockerRunArtifactData(id=self._id(), type=kind, file_name=name)
                    for kind, name, _ in self.artifacts
                ]
                self._select(scheduled)
            run.state, run.message, run.last_modified_at = state, message, _now()
            scheduled.state = "DONE" if state in _OVER else "LOCKED"
            self.runs[schedule_id] = run

    def counts(self) -> dict[str, Any]:
        """What was made so far."""
        return {
            "datasets": [dataset.name for dataset in self.datasets.values()],
            "scheduled": len(self.scheduled),
            "runs": {run.id: run.state for run in self.runs.values()},
        }

    def _id(self) -> str:
        return f"{next(self._numbers):024x}"

    def _named(self, name: str, query: dict[str, str]) -> list[Any]:
        if query.get("shared") == "True" or query.get("getAssetsOfTeam") == "True":
            return []
        return [dataset for dataset in self.datasets.values() if dataset.name == name]

    def _create_dataset(self, body: dict[str, Any]) -> Any:
        request = _parsed(models.DatasetCreateRequest, body)
        taken = [dataset.name for dataset in self.datasets.values()]
        if request.name in (*self.foreign, *taken):
            raise RefusedError(409, "DATASET_NAME_EXISTS", f"{request.name} exists")
        dataset_id = self._id()
        self.datasets[dataset_id] = models.DatasetData(
            id=dataset_id,
            name=request.name,
            user_id=USER,
            type=request.type,
            n_samples=0,
            size_in_bytes=0,
            created_at=_now(),
            last_modified_at=_now(),
        )
        return models.CreateEntityResponse(id=dataset_id)

    def _dataset(self, dataset_id: str, query: dict[str, str]) -> Any:
        if dataset_id not in self.datasets:
            raise RefusedError(404, "DATASET_UNKNOWN", f"no dataset {dataset_id}")
        return self.datasets[dataset_id]

    def _set_datasource(self, dataset_id: str, body: dict[str, Any]) -> Any:
        self._dataset(dataset_id, {})
        config = _parsed(models.DatasourceConfig, body).actual_instance
        self.datasources.setdefault(dataset_id, {})[config.purpose] = config
        return None

    def _datasources(self, dataset_id: str, query: dict[str, str]) -> list[Any]:
        self._dataset(dataset_id, {})
        return [_plain(config) for config in self.datasources.get(dataset_id, {}).values()]

    def _verify(self, dataset_id: str, query: dict[str, str]) -> Any:
        fine = self.worker is None or self.worker.reaches(self._buckets(dataset_id))
        error = {} if fine else {"errors": {"canList": "there is no such bucket"}}
        answer = {f"can{what}": fine for what in ("Read", "Write", "List", "Overwrite")}
        return _parsed(models.DatasourceConfigVerifyData, answer | error)

    def _create_config(self, body: dict[str, Any]) -> Any:
        request = _parsed(models.DockerWorkerConfigOmniVXCreateRequest, body).actual_instance
        config_id = self._id()
        self.configs[config_id] = request.config
        return models.CreateEntityResponse(id=config_id)

    def _config(self, config_id: str, query: dict[str, str]) -> Any:
        return models.DockerWorkerConfigV4Data(
            id=config_id, version="V4", created_at=_now(), config=self.configs[config_id]
        )

    def _schedule(self, dataset_id: str, body: dict[str, Any]) -> Any:
        self._dataset(dataset_id, {})
        request = _parsed(models.DockerRunScheduledCreateRequest, body)
        if request.config_id not in self.configs:
            raise RefusedError(404, "DOCKER_WORKER_CONFIG_UNKNOWN", "no such configuration")
        if set(self.datasources.get(dataset_id, {})) != {"INPUT", "LIGHTLY"}:
            raise RefusedError(422, "DATASET_DATASOURCE_UNKNOWN", "a datasource is missing")
        schedule_id = self._id()
        self.scheduled[schedule_id] = models.DockerRunScheduledData(
            id=schedule_id,
            dataset_id=dataset_id,
            config_id=request.config_id,
            priority=request.priority,
            runs_on=request.runs_on or [],
            state="OPEN",
            created_at=_now(),
            last_modified_at=_now(),
        )
        return models.CreateEntityResponse(id=schedule_id)

    def _waiting(self, dataset_id: str, query: dict[str, str]) -> list[Any]:
        self._dataset(dataset_id, {})
        states = [query["state"]] if "state" in query else ["OPEN", "LOCKED"]
        found = [run for run in self.scheduled.values() if run.dataset_id == dataset_id]
        return [run for run in found if run.state in states]

    def _run(self, schedule_id: str, query: dict[str, str]) -> Any:
        polls = self.polls[schedule_id] = self.polls.get(schedule_id, 0) + 1
        scheduled = self.scheduled.get(schedule_id)
        if self.automatic and scheduled and polls > self.polls_open:
            self._go_on(schedule_id, polls - self.polls_open - 1)
        if schedule_id not in self.runs:
            raise RefusedError(404, "DOCKER_RUN_UNKNOWN", "no worker has taken it")
        return self.runs[schedule_id]

    def _go_on(self, schedule_id: str, step: int) -> None:
        run = self.runs.get(schedule_id)
        if run is not None and run.state in _OVER:
            return
        if self.failure and step:
            self.advance(schedule_id, "FAILED", self.failure)
            return
        state = STATES[min(step, len(STATES) - 1)]
        try:
            self.advance(schedule_id, state, f"now {state.lower()}")
        except WorkerError as error:
            self.advance(schedule_id, "FAILED", str(error))

    def _artifact(self, run_id: str, artifact_id: str, query: dict[str, str]) -> str:
        return f"{self.url}/public/{artifact_id}?X-Amz-Signature=of-an-artifact"

    def _public(self, path: str) -> Download:
        wanted = path.rsplit("/", 1)[1]
        for run in self.runs.values():
            for artifact, (_, _, content) in zip(run.artifacts, self.artifacts, strict=False):
                if artifact.id == wanted:
                    return Download(content)
        frames = [frame for held in self.tags.values() for _, chosen in held for frame in chosen]
        for frame in frames:
            if _key(frame) == wanted:
                if self.worker is None:
                    return Download(f"picture of {frame.file_name}".encode())
                return Download(elsewhere=self.worker.storage.signed(frame.bucket, frame.key))
        raise RefusedError(404, "NOT_FOUND", "no such file")

    def _select(self, scheduled: Any) -> None:
        dataset_id = scheduled.dataset_id
        config = self.configs[scheduled.config_id]
        selection = config.selection
        if self.tags.get(dataset_id) and not (config.docker and config.docker.use_datapool):
            raise WorkerError("the dataset is not empty, and use_datapool is off")
        if self.worker is None:
            chosen = [Chosen(name) for name in self.frames[: selection.n_samples]]
        else:
            chosen = self.worker.choose(*self._buckets(dataset_id), selection)
        held = self.tags.setdefault(dataset_id, [])
        tag = models.TagData(
            id=self._id(),
            dataset_id=dataset_id,
            prev_tag_id=held[-1][0].id if held else None,
            name=f"selection-{len(held)}" if held else "initial-tag",
            bit_mask_data=hex((1 << len(chosen)) - 1),
            tot_size=len(chosen),
            created_at=_now() + len(held),
        )
        held.append((tag, chosen))

    def _buckets(self, dataset_id: str) -> list[str]:
        given = self.datasources[dataset_id]
        return [given[purpose].full_path for purpose in ("INPUT", "LIGHTLY")]

    def _tags(self, dataset_id: str, query: dict[str, str]) -> list[Any]:
        self._dataset(dataset_id, {})
        return [tag for tag, _ in self.tags.get(dataset_id, [])]

    def _tag(self, dataset_id: str, tag_id: str, query: dict[str, str]) -> Any:
        return next(tag for tag, _ in self.tags[dataset_id] if tag.id == tag_id)

    def _file_names(self, dataset_id: str, tag_id: str, query: dict[str, str]) -> str:
        chosen = next(found for tag, found in self.tags[dataset_id] if tag.id == tag_id)
        form = query.get("fileNameFormat", "NAME")
        texts = {
            "NAME": lambda frame: frame.file_name,
            "DATASOURCE_FULL": lambda frame: f"s3://{frame.bucket}/{frame.key}",
            "REDIRECTED_READ_URL": lambda frame: (
                f"{self.url}/public/frames/{_key(frame)}?publicToken=of-a-frame"
            ),
        }
        first = int(query.get("pageOffset", 0))
        size = int(query.get("pageSize", len(chosen)))
        return "\n".join(texts[form](frame) for frame in chosen[first : first + size])


def _key(frame: Chosen) -> str:
    return frame.file_name.encode().hex()


def _parsed(model: Any, body: dict[str, Any]) -> Any:
    """The request as one of the client's own models, which take no key that they do not know."""
    try:
        return model.from_dict(body)
    except ValueError as error:
        raise RefusedError(400, "MALFORMED_REQUEST", str(error)) from None


def _body(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise RefusedError(400, "MALFORMED_REQUEST", "the body is no object")
    return body


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value.to_dict(by_alias=True) if hasattr(value, "to_dict") else value


def _now() -> int:
    return time.time_ns() // 1_000_000
