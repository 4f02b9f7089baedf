"""A planted token is nowhere after all that can go wrong."""

import logging
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import core.cloud.lightly
from core.cli import run
from core.cloud.runs import check_done, download_artifacts, follow, refresh
from core.cloud.tags import tagged
from core.errors import CloudError
from core.logs import start_logging
from core.project import Project, SetHandover
from core.project.handover import Handover
from core.video import VideoReader
from tests.conftest import DEAD_PROXY, MakeVideo
from tests.core.lightly_runs import PLACE, scheduled
from tests.servers.lightly_api import Fault, LightlyServer

PLANTED = "planted-3f9a2b7c-token"

log = logging.getLogger("flickerscope.test")


def failures(server: LightlyServer, folder: Path) -> Iterator[Callable[[], object]]:
    """One thing after the other goes wrong with a token that is right, then wrong."""
    made = scheduled()
    for kind in ("503", "drop", "hang"):
        server.faults = [Fault(kind, times=99)]  # type: ignore[arg-type]
        yield scheduled
        yield lambda: refresh(made)
        yield lambda: tagged(made.dataset_id, "initial-tag")
        yield lambda: download_artifacts(made, folder)
    server.faults = []
    yield lambda: tagged(made.dataset_id, "unknown")
    server.platform.failure = "it failed"
    done = follow(made, every=0.001, on_change=lambda run: None)
    yield lambda: check_done(done)
    server.platform.foreign = ("elsewhere",)
    yield lambda: scheduled(dataset="elsewhere")
    for status in (400, 401, 402, 403, 404, 409, 422):
        server.platform.token, server.platform.refusal = "another", status
        yield scheduled
        yield lambda: refresh(made)


def test_a_planted_token_is_nowhere(
    lightly: LightlyServer,
    make_video: MakeVideo,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    home: Path,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("LIGHTLY_TOKEN", PLANTED)
    monkeypatch.setattr(core.cloud.lightly, "TIMEOUT", (0.05, 0.05))
    lightly.platform.token = PLANTED
    start_logging()
    logging.getLogger().setLevel(logging.DEBUG)
    with VideoReader(make_video()) as reader:
        project = Project.create(tmp_path / "project", reader.info)
    texts = []
    for failure in failures(lightly, tmp_path / "artifacts"):
        try:
            failure()
        except CloudError as error:
            log.exception("as the window logs it")
            texts += [str(error), repr(error), *traceback.format_exception(error)]
            texts.append(repr(error.__context__) + repr(error.__cause__))
        else:
            raise AssertionError("it did not fail")
    monkeypatch.setenv("HTTP_PROXY", DEAD_PROXY)
    with pytest.raises(CloudError) as caught:
        scheduled()
    texts += traceback.format_exception(caught.value)
    project.apply(SetHandover(Handover(PLACE)))
    project.close()
    captured = capfd.readouterr()
    texts += [captured.out, captured.err]
    files = [path for folder in (home, tmp_path) for path in folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".log" and path.stat().st_size for path in files)
    texts += [path.read_bytes().decode("latin-1") for path in files]
    assert len(texts) > 50
    assert not [text[:300] for text in texts if PLANTED in text]


def test_the_test_can_fail(lightly: LightlyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lightly's own client does put the token into the text of its errors."""
    import urllib3

    monkeypatch.setenv("LIGHTLY_TOKEN", PLANTED)
    api = core.cloud.lightly.client("0" * 24)
    host = f"{core.cloud.lightly.server()}/v1/datasets?token={PLANTED}"
    lightly.faults.append(Fault("drop", times=99))
    with pytest.raises(urllib3.exceptions.HTTPError) as caught:
        urllib3.PoolManager().request("GET", host, retries=urllib3.Retry(0))
    assert PLANTED in str(caught.value)
    with pytest.raises(CloudError) as refused:
        core.cloud.lightly.once(api.get_all_tags)
    assert PLANTED not in "".join(traceback.format_exception(refused.value))


def test_a_bug_does_not_show_the_token(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIGHTLY_TOKEN", PLANTED)

    def fail() -> None:
        raise RuntimeError(f"https://api.lightly.ai?token={PLANTED}")

    monkeypatch.setattr("core.doctor.core_checks", fail)
    assert run(["doctor"]) == 1
    text = capsys.readouterr().err
    assert "RuntimeError: https://api.lightly.ai?token=[hidden]" in text
