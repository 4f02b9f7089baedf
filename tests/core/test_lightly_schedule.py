"""Scheduling a selection with Lightly's real client: what is made, once, and what is refused."""

import traceback
from dataclasses import replace
from typing import Any

import pytest

import core.cloud.lightly
from core.cloud.schedule import check_place, schedule
from core.cloud.selection import SelectionRequest
from core.errors import Cancelled, CloudError, SignInError
from core.project.handover import CloudPlace
from tests.conftest import DEAD_PROXY
from tests.core.lightly_runs import PLACE, REQUEST, scheduled, sentence
from tests.servers.lightly_api import Fault, LightlyServer
from tests.servers.lightly_platform import TOKEN


def posts(server: LightlyServer, ending: str) -> int:
    return sum(line.startswith("POST") and line.endswith(ending) for line in server.requests)


def test_a_run_is_scheduled_with_its_dataset_and_buckets(lightly: LightlyServer) -> None:
    steps: list[str] = []
    run = schedule(PLACE, REQUEST, on_step=steps.append)
    platform = lightly.platform
    (dataset,) = platform.datasets.values()
    assert (dataset.id, dataset.name, dataset.type) == (run.dataset_id, "dash cam", "Videos")
    config = platform.datasources[run.dataset_id]
    assert config["INPUT"].full_path == "s3://videos/project"
    assert config["LIGHTLY"].full_path == "s3://lightly/project"
    for source in config.values():
        assert source.type == "S3DelegatedAccess"
        assert (source.s3_arn, source.s3_external_id) == (PLACE.role_arn, PLACE.external_id)
        assert source.s3_region == "eu-central-1"
    (worker,) = platform.configs.values()
    assert worker.selection.n_samples == 2
    assert [entry.input.type for entry in worker.selection.strategies] == [
        "EMBEDDINGS",
        "SCORES",
        "METADATA",
    ]
    assert worker.docker.datasource.process_all
    assert worker.docker.use_datapool
    assert list(platform.scheduled) == [run.schedule_id]
    assert (run.state, run.dataset, run.run_id) == ("OPEN", "dash cam", "")
    assert run.scheduled.endswith("+00:00")
    assert len(steps) == 5


def test_nothing_asks_for_versions(lightly: LightlyServer) -> None:
    scheduled()
    assert not [line for line in lightly.requests if "version" in line]


def test_a_dataset_is_used_again(lightly: LightlyServer) -> None:
    first = scheduled()
    second = scheduled(SelectionRequest(n_samples=1))
    assert first.dataset_id == second.dataset_id
    assert first.schedule_id != second.schedule_id
    assert len(lightly.platform.datasets) == 1


def test_the_same_selection_waits_once(lightly: LightlyServer) -> None:
    first = scheduled()
    assert scheduled().schedule_id == first.schedule_id
    lightly.platform.advance(first.schedule_id, "STARTED")
    assert scheduled().schedule_id == first.schedule_id
    lightly.platform.advance(first.schedule_id, "COMPLETED")
    assert scheduled().schedule_id != first.schedule_id


@pytest.mark.parametrize("path", ["/v1/datasets$", "worker/config/vX$", "/schedule$"])
@pytest.mark.parametrize("kind", ["lose", "drop", "503"])
def test_a_lost_answer_makes_nothing_twice(lightly: LightlyServer, kind: Any, path: str) -> None:
    lightly.faults.append(Fault(kind, "POST", path))
    run = scheduled()
    assert [fault.times for fault in lightly.faults] == [0]
    assert list(lightly.platform.datasets) == [run.dataset_id]
    assert list(lightly.platform.scheduled) == [run.schedule_id]


@pytest.mark.parametrize("path", ["/v1/datasets$", "/schedule$"])
def test_repeating_after_a_long_break_makes_nothing_twice(
    lightly: LightlyServer, path: str
) -> None:
    lightly.faults.append(_Ending(path))
    with pytest.raises(CloudError):
        scheduled()
    lightly.faults.clear()
    run = scheduled()
    assert list(lightly.platform.datasets) == [run.dataset_id]
    assert list(lightly.platform.scheduled) == [run.schedule_id]


class _Ending(Fault):
    """The network ends for good with the answer to a POST."""

    def __init__(self, path: str) -> None:
        super().__init__("lose", "POST", path)
        self.ended = False

    def takes(self, method: str, path: str) -> bool:
        if self.ended:
            self.kind = "drop"
            return True
        self.ended = super().takes(method, path)
        return self.ended


@pytest.mark.parametrize("kind", ["503", "drop"])
def test_breaks_now_and_then_do_not_matter(lightly: LightlyServer, kind: Any) -> None:
    lightly.faults += [Fault(kind, method) for method in ("GET", "PUT", "GET", "POST", "PUT")]
    run = scheduled()
    assert all(fault.times == 0 for fault in lightly.faults)
    assert list(lightly.platform.scheduled) == [run.schedule_id]


def test_an_overloaded_server_is_named(lightly: LightlyServer) -> None:
    lightly.faults.append(Fault("503", times=99))
    assert "status 503: overloaded" in sentence(scheduled)


def test_a_page_that_wants_money_for_the_network_is_no_answer(lightly: LightlyServer) -> None:
    lightly.faults.append(Fault("portal"))
    assert f"check that {lightly.url} is Lightly's server" in sentence(scheduled)


def test_a_server_that_does_not_answer_is_given_up(
    lightly: LightlyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.cloud.lightly, "TIMEOUT", (0.1, 0.1))
    lightly.faults.append(Fault("hang", times=99))
    text = sentence(scheduled)
    assert lightly.url in text
    assert "ReadTimeoutError" in text


def test_one_time_out_does_not_matter(
    lightly: LightlyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.cloud.lightly, "TIMEOUT", (2.0, 0.5))
    lightly.faults.append(Fault("hang", "PUT"))
    run = scheduled()
    assert list(lightly.platform.scheduled) == [run.schedule_id]


def test_a_server_that_is_not_there_is_named(
    lightly: LightlyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIGHTLY_SERVER_LOCATION", "http://127.0.0.1:9/")
    assert "http://127.0.0.1:9 cannot be reached" in sentence(scheduled)


@pytest.mark.parametrize("name", ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"])
def test_a_dead_proxy_is_named(
    lightly: LightlyServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, DEAD_PROXY.replace("//", "//me:password@"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    text = sentence(scheduled)
    assert f"through the proxy in {name} " in text
    assert "NO_PROXY" in text
    assert "password" not in text


def test_a_missing_token_is_said_before_anything_is_asked(
    lightly: LightlyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LIGHTLY_TOKEN")
    sentence(scheduled, SignInError)
    assert lightly.requests == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_is_not_repeated(
    lightly: LightlyServer, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    lightly.platform.refusal = status
    monkeypatch.setenv("LIGHTLY_TOKEN", "a-wrong-token-0123456789")
    with pytest.raises(SignInError) as caught:
        scheduled()
    text = "".join(traceback.format_exception(caught.value))
    assert "the token is not valid" in text
    assert "a-wrong-token" not in text
    assert len(lightly.requests) == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"dataset": ""}, "'' is no name for a dataset"),
        ({"dataset": "ab"}, "'ab' is no name for a dataset"),
        ({"dataset": "_ab"}, "'_ab' is no name for a dataset"),
        ({"dataset": "abc\n"}, "is no name for a dataset"),
        ({"input": ""}, "The input bucket is missing"),
        ({"lightly": ""}, "The Lightly bucket is missing"),
        ({"input": "videos/project"}, "'videos/project' is no address in S3"),
        ({"role_arn": ""}, "The role is missing"),
        ({"role_arn": "arn:aws:iam::123:role/Lightly"}, "'arn:aws:iam::123:role/Lightly' is no"),
        ({"role_arn": "arn:aws:iam::123456789012:user/me"}, "is no ARN of a role"),
        ({"external_id": "012345678"}, "'012345678' has 9 characters"),
        ({"external_id": "0123456789 #"}, "characters that Lightly refuses"),
    ],
)
def test_what_can_be_seen_here_is_said_before_anything_is_asked(
    lightly: LightlyServer, changes: dict[str, Any], says: str
) -> None:
    place = replace(PLACE, **changes)
    assert says in sentence(lambda: check_place(place))
    assert says in sentence(lambda: schedule(place, REQUEST))
    assert lightly.requests == []


@pytest.mark.parametrize(("region", "says"), [("", "is not known"), ("mars-1", "'mars-1'")])
def test_a_region_must_be_one_of_lightlys(
    lightly: LightlyServer, monkeypatch: pytest.MonkeyPatch, region: str, says: str
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    assert says in sentence(lambda: scheduled(region=region))
    assert lightly.requests == []


def test_the_region_of_the_aws_configuration_serves(
    lightly: LightlyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    run = scheduled(region="")
    assert lightly.platform.datasources[run.dataset_id]["INPUT"].s3_region == "us-west-2"


def test_a_profile_that_is_not_there_is_named(lightly: LightlyServer) -> None:
    assert "(nobody)" in sentence(lambda: scheduled(profile="nobody", region=""), SignInError)


KEYLESS = replace(PLACE, role_arn="", external_id="")


def test_keys_of_the_aws_configuration_serve_instead_of_a_role(
    lightly: LightlyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-a-test-0123456789")
    run = schedule(KEYLESS, REQUEST, keys=True)
    for source in lightly.platform.datasources[run.dataset_id].values():
        assert source.type == "S3"
        assert source.s3_secret_access_key == "secret-of-a-test-0123456789"


def test_temporary_keys_are_refused_without_being_shown(
    lightly: LightlyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-a-test-0123456789")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session-of-a-test-0123456789")
    text = sentence(lambda: schedule(KEYLESS, REQUEST, keys=True), SignInError)
    assert "temporary" in text
    assert "of-a-test" not in text
    assert lightly.requests == []


def test_missing_keys_are_said(lightly: LightlyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert "no keys" in sentence(lambda: schedule(KEYLESS, REQUEST, keys=True), SignInError)


def test_a_name_of_somebody_else_is_taken(lightly: LightlyServer) -> None:
    lightly.platform.foreign = ("dash cam",)
    assert "'dash cam' is taken" in sentence(scheduled)
    assert lightly.platform.datasets == {}


def test_a_name_of_a_dataset_of_images_is_taken(lightly: LightlyServer) -> None:
    scheduled()
    (dataset,) = lightly.platform.datasets.values()
    dataset.type = "Images"
    assert "'dash cam' is taken" in sentence(scheduled)


def test_a_dataset_that_reads_another_bucket_keeps_it(lightly: LightlyServer) -> None:
    run = scheduled()
    assert "s3://videos/project" in sentence(lambda: scheduled(input="s3://videos/second"))
    source = lightly.platform.datasources[run.dataset_id]["INPUT"]
    assert source.full_path == "s3://videos/project"


def test_a_smaller_plan_is_said(lightly: LightlyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    lightly.platform.refusal = 402
    monkeypatch.setenv("LIGHTLY_TOKEN", "a-wrong-token-0123456789")
    assert "plan" in sentence(scheduled)


def test_stopping_before_a_step_makes_nothing(lightly: LightlyServer) -> None:
    steps: list[str] = []
    with pytest.raises(Cancelled):
        schedule(PLACE, REQUEST, on_step=steps.append, cancelled=lambda: len(steps) == 2)
    assert len(steps) == 2
    assert lightly.platform.scheduled == {}


def test_the_selection_is_checked_before_anything_is_asked(lightly: LightlyServer) -> None:
    request = SelectionRequest(n_samples=20)
    assert "20 frames" in sentence(lambda: schedule(PLACE, request, frame_count=10))
    assert lightly.requests == []


def test_the_server_refuses_what_its_models_do_not_know(lightly: LightlyServer) -> None:
    import requests

    body = {"name": "abc", "type": "Videos", "colour": "red"}
    answer = requests.post(f"{lightly.url}/v1/datasets?token={TOKEN}", json=body, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["code"] == "MALFORMED_REQUEST"


def test_an_empty_place_says_what_is_missing() -> None:
    assert sentence(lambda: check_place(CloudPlace()))
