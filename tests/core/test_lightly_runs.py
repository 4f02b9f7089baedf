"""A run at Lightly, followed to its end; its artifacts and its tags."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

import core.cloud.runs
from core.cloud.runs import RunState, check_done, download_artifacts, follow, refresh, state_of
from core.cloud.tags import tagged, tags
from core.errors import Cancelled, CloudError, SignInError
from core.project.handover import ScheduledRun
from tests.core.lightly_runs import scheduled, sentence
from tests.servers.lightly_api import Fault, LightlyServer
from tests.servers.lightly_platform import STATES
from tests.servers.lightly_worker import REPORT


def followed(run: ScheduledRun) -> tuple[ScheduledRun, list[ScheduledRun]]:
    """The run at its end, and what it went through."""
    seen: list[ScheduledRun] = []
    return follow(run, every=0.001, on_change=seen.append), seen


@pytest.mark.parametrize(
    ("state", "means"),
    [
        ("OPEN", RunState.OPEN),
        *[(state, RunState.RUNNING) for state in STATES[:-1]],
        ("COMPLETED", RunState.DONE),
        *[(state, RunState.FAILED) for state in ("FAILED", "CRASHED", "ABORTED")],
        ("CANCELED_OR_NOT_EXISTING", RunState.FAILED),
    ],
)
def test_lightlys_states_mean_four_things(state: str, means: RunState) -> None:
    assert state_of(ScheduledRun("d", "dash cam", "s", "", state)) is means


def test_a_run_is_followed_to_done(lightly: LightlyServer) -> None:
    run = scheduled()
    done, seen = followed(run)
    assert [step.state for step in seen] == list(STATES)
    assert seen[-1] == done
    assert done == replace(run, state="COMPLETED", message="now completed", run_id=done.run_id)
    assert done.run_id
    check_done(done)


def test_a_run_is_asked_for_once(lightly: LightlyServer) -> None:
    run = scheduled()
    lightly.platform.automatic = False
    assert refresh(run) == run
    lightly.platform.advance(run.schedule_id, "EMBEDDING", "3 of 9")
    lightly.requests.clear()
    now = refresh(run)
    assert (now.state, now.message, state_of(now)) == ("EMBEDDING", "3 of 9", RunState.RUNNING)
    assert len(lightly.requests) == 1


def test_a_failed_run_gives_its_message(lightly: LightlyServer) -> None:
    lightly.platform.failure = "the video data/clip.mp4 is corrupt."
    done, _ = followed(scheduled())
    assert state_of(done) is RunState.FAILED
    text = sentence(lambda: check_done(done))
    assert "'dash cam' failed: the video data/clip.mp4 is corrupt: " in text


def test_what_a_run_says_is_kept_without_signatures(lightly: LightlyServer) -> None:
    lightly.platform.failure = "no https://b.s3.amazonaws.com/a?X-Amz-Signature=0123 at all"
    done, _ = followed(scheduled())
    assert done.message == "no https://b.s3.amazonaws.com/a?X-Amz-Signature=[hidden] at all"


def test_a_run_that_was_canceled_before_a_worker_took_it_has_failed(
    lightly: LightlyServer,
) -> None:
    run = scheduled()
    lightly.platform.automatic = False
    lightly.platform.scheduled.clear()
    done, _ = followed(run)
    assert state_of(done) is RunState.FAILED
    assert "canceled" in sentence(lambda: check_done(done))


@pytest.mark.parametrize("kind", ["503", "drop"])
def test_breaks_do_not_end_the_following(lightly: LightlyServer, kind: Any) -> None:
    run = scheduled()
    lightly.faults.append(Fault(kind, "GET", times=7))
    done, seen = followed(run)
    assert state_of(done) is RunState.DONE
    assert [step.state for step in seen] == list(STATES)


def test_a_long_break_ends_it(lightly: LightlyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.cloud.runs, "PATIENCE", 0.05)
    run = scheduled()
    lightly.faults.append(Fault("drop", times=10**6))
    assert "cannot be reached" in sentence(lambda: followed(run))


def test_a_refused_token_ends_it_and_is_not_taken_for_a_missing_run(
    lightly: LightlyServer,
) -> None:
    run = scheduled()
    lightly.platform.token = "another-token"
    sentence(lambda: followed(run), SignInError)


def test_following_can_be_stopped(lightly: LightlyServer) -> None:
    run = scheduled()
    lightly.platform.automatic = False
    lightly.requests.clear()
    with pytest.raises(Cancelled):
        follow(run, every=60, on_change=lambda run: None, cancelled=lambda: bool(lightly.requests))


def test_artifacts_are_fetched(lightly: LightlyServer, tmp_path: Path) -> None:
    done, _ = followed(scheduled())
    folder = tmp_path / "made" / "run"
    seen: list[tuple[str, int, int]] = []
    paths = download_artifacts(done, folder, lambda *progress: seen.append(progress))
    assert [path.name for path in paths] == ["report.pdf", "log.txt"]
    assert paths[0].read_bytes() == REPORT
    assert sorted(path.name for path in folder.iterdir()) == ["log.txt", "report.pdf"]
    assert ("report.pdf", len(REPORT), len(REPORT)) in seen
    seen.clear()
    assert download_artifacts(done, folder, lambda *progress: seen.append(progress)) == paths
    assert seen == [], "what is there is not fetched again"


def test_a_cut_file_is_fetched_on_from_where_it_ended(
    lightly: LightlyServer, tmp_path: Path
) -> None:
    done, _ = followed(scheduled())
    lightly.faults.append(Fault("cut", "GET", "/public/"))
    ends: list[int] = []
    paths = download_artifacts(done, tmp_path, lambda name, done, total: ends.append(total))
    assert lightly.faults[0].times == 0
    assert paths[0].read_bytes() == REPORT
    assert set(ends) == {len(REPORT), len(b"done\n")}


def test_fetching_can_be_stopped_and_goes_on(lightly: LightlyServer, tmp_path: Path) -> None:
    done, _ = followed(scheduled())
    with pytest.raises(Cancelled):
        download_artifacts(done, tmp_path, cancelled=lambda: True)
    assert not (tmp_path / "report.pdf").exists()
    assert download_artifacts(done, tmp_path)[0].read_bytes() == REPORT


def test_names_of_artifacts_stay_in_the_folder(lightly: LightlyServer, tmp_path: Path) -> None:
    lightly.platform.artifacts = (
        ("LOG", "../../etc/passwd", b"1"),
        ("LOG", "C:\\logs\\passwd", b"2"),
        ("LOG", "..", b"3"),
        ("LOG", "a b?.txt", b"4"),
    )
    done, _ = followed(scheduled())
    folder = tmp_path / "run"
    paths = download_artifacts(done, folder)
    assert [path.parent for path in paths] == [folder] * 4
    assert [path.read_bytes() for path in paths] == [b"1", b"2", b"3", b"4"]
    assert (paths[0].name, paths[3].name) == ("passwd", "a_b_.txt")
    assert len({path.name for path in paths}) == 4


def test_a_run_that_no_worker_has_taken_has_no_artifacts(
    lightly: LightlyServer, tmp_path: Path
) -> None:
    lightly.platform.automatic = False
    run = scheduled()
    assert "no worker has taken it" in sentence(lambda: download_artifacts(run, tmp_path))


def test_a_tag_gives_its_frames_with_addresses_that_work(lightly: LightlyServer) -> None:
    done, _ = followed(scheduled())
    assert tags(done) == tags(done.dataset_id) == ["initial-tag"]
    frames = tagged(done.dataset_id, "initial-tag")
    assert [frame.file_name for frame in frames] == list(lightly.platform.frames)
    for frame in frames:
        answer = requests.get(frame.read_url, timeout=5)
        assert answer.content == f"picture of {frame.file_name}".encode()
        assert "publicToken" not in repr(frame)


def test_tags_come_newest_first(lightly: LightlyServer) -> None:
    first, _ = followed(scheduled())
    second, _ = followed(scheduled())
    check_done(second)
    assert first.schedule_id != second.schedule_id
    assert tags(second) == ["selection-1", "initial-tag"]


def test_thousands_of_frames_come_in_pages(lightly: LightlyServer) -> None:
    names = tuple(f"data/clip-{n:05}-mp4.png" for n in range(7001))
    lightly.platform.frames = names
    run = scheduled()
    (config,) = lightly.platform.configs.values()
    config.selection.n_samples = len(names)
    done, _ = followed(run)
    assert [f.file_name for f in tagged(done.dataset_id, "initial-tag")] == list(names)


def test_an_unknown_tag_names_those_there_are(lightly: LightlyServer) -> None:
    done, _ = followed(scheduled())
    text = sentence(lambda: tagged(done.dataset_id, "initial"))
    assert "no tag 'initial': choose from initial-tag." in text


def test_a_dataset_without_tags_says_to_wait(lightly: LightlyServer) -> None:
    run = scheduled()
    assert "wait for a run" in sentence(lambda: tagged(run.dataset_id, "initial-tag"))


def test_a_deleted_dataset_is_said(lightly: LightlyServer) -> None:
    run = scheduled()
    lightly.platform.datasets.clear()
    with pytest.raises(CloudError, match="no dataset"):
        tags(run)
