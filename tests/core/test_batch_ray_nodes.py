"""A Ray cluster behind an engine: shares of it, nodes that die or are unlike, and its end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from core.batch.engines import EngineChoice, make_engine
from core.batch.place import place_of
from core.batch.ray_cluster import RETRIES
from core.batch.ray_node import Errand, check_folders
from core.batch.request import BatchRequest
from core.batch.result import BatchResult
from core.batch.runner import run_batch
from core.batch.steps import Begin, Told, Work
from core.batch.videos import list_videos
from core.cloud.address import S3Way
from core.detectors.base import DetectorConfig
from core.errors import BatchError
from tests.conftest import REPOSITORY, MakeVideo
from tests.core.batches import (
    QUICK,
    files_below,
    heed_interrupts,
    listed,
    one_item,
    quiet,
    work_to,
)
from tests.core.in_s3 import put
from tests.servers.s3_fixtures import INPUT, LIGHTLY

pytest.importorskip("ray")

from tests.core.ray_clusters import Nodes, distribution, nodes, ray_processes, run_on
from tests.core.ray_detectors import ENTRY_POINTS

__all__ = ["nodes"]

_SECONDS_ON = 120.0
"""That a process may take to begin or to end where the computer is busy."""


def _with(detector: str) -> BatchRequest:
    """What takes no time, with one of `tests.core.ray_detectors`."""
    return replace(QUICK, config=replace(QUICK.config, detector=detector))


def _videos(make_video: MakeVideo, folder: Path, count: int) -> list[Path]:
    """Videos of different sizes: a worker keeps the detector for those of one."""
    folder.mkdir()
    return [
        make_video(f"{n}.mp4", 4, folder=folder, size=(160 * n, 96 * n))
        for n in range(1, count + 1)
    ]


def test_a_video_that_ends_its_worker_every_time_costs_only_itself(
    nodes: Nodes, make_video: MakeVideo, tmp_path: Path
) -> None:
    work = work_to(tmp_path / "out", _with("deadly"))
    result = run_on(nodes, work, _videos(make_video, tmp_path / "videos", 1))
    (outcome,) = result.outcomes
    assert outcome.state == "failed"
    assert f"begun {RETRIES + 1} times" in outcome.reason


def test_errors_come_as_they_were_raised(nodes: Nodes, tmp_path: Path) -> None:
    work = work_to(tmp_path, _with("columns"))
    engine = make_engine(EngineChoice("ray", address=nodes.address), work, quiet)
    try:
        with pytest.raises(AttributeError) as raised:
            engine.submit("no step").result(60)  # type: ignore[arg-type]
    finally:
        engine.close()
    assert type(raised.value) is AttributeError
    assert "ray::" not in str(raised.value)


def test_closing_ends_the_workers_and_leaves_the_cluster(
    nodes: Nodes, make_video: MakeVideo, tmp_path: Path
) -> None:
    told: list[Told] = []
    work = work_to(tmp_path / "out", _with("patient"))
    engine = make_engine(EngineChoice("ray", address=nodes.address), work, told.append)
    videos = listed(*_videos(make_video, tmp_path / "videos", 3))
    futures = [engine.submit(Begin(item)) for item in videos.items]
    _wait_for(lambda: len({message.pid for message in told}) == 2)
    engine.close()
    for future in futures:
        with pytest.raises(CancelledError):
            future.result(0)
    pids = {message.pid for message in told}
    _wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
    assert list((tmp_path / "out/.work").glob("seen*")) == []
    again = work_to(tmp_path / "again", _with("columns"))
    assert not run_on(nodes, again, [tmp_path / "videos"]).failed


def test_no_more_steps_at_a_time_than_a_person_allows(
    nodes: Nodes, make_video: MakeVideo, tmp_path: Path
) -> None:
    work = work_to(tmp_path / "out", _with("visible"))
    result = run_on(nodes, work, _videos(make_video, tmp_path / "videos", 2), workers=1)
    (one, other) = sorted(_spans(result))
    assert one[1] <= other[0]


def test_a_share_of_a_gpu_goes_to_each_worker(
    nodes: Nodes, make_video: MakeVideo, tmp_path: Path
) -> None:
    work = work_to(tmp_path / "out", _with("visible"))
    videos = _videos(make_video, tmp_path / "videos", 2)
    with nodes.another("gpu", gpus=1):
        result = run_on(nodes, work, videos, gpus=0.5, cpus=1.0)
    (one, other) = sorted(_spans(result))
    assert other[0] < one[1], "the workers did not share it at the same time"
    assert {outcome.notices[0].split()[0] for outcome in result.outcomes} == {"0"}


def _spans(result: BatchResult) -> list[tuple[float, float]]:
    """When the detector `visible` loaded, for each video."""
    found = []
    for outcome in result.outcomes:
        assert outcome.state == "done", outcome.reason
        *_, began, ended = outcome.notices[0].split()
        found.append((float(began), float(ended)))
    return found


def test_without_a_share_there_is_no_gpu(
    nodes: Nodes, make_video: MakeVideo, tmp_path: Path
) -> None:
    work = work_to(tmp_path / "out", _with("visible"))
    result = run_on(nodes, work, _videos(make_video, tmp_path / "videos", 1))
    assert result.outcomes[0].notices[0].startswith(" "), "CUDA_VISIBLE_DEVICES is to be empty"
    cuda = replace(_with("visible"), config=DetectorConfig("m", device="cuda", detector="visible"))
    with pytest.raises(BatchError, match=r"no share of a GPU.*--gpus"):
        make_engine(EngineChoice("ray"), work_to(tmp_path / "other", cuda), quiet)


def test_a_node_that_sees_another_folder_is_refused(make_video: MakeVideo, tmp_path: Path) -> None:
    (video,) = _videos(make_video, tmp_path / "videos", 1)
    work = work_to(tmp_path / "out", _with("columns"))
    errand = Errand(Begin(one_item(video)), work, None, ".work/seen-here")

    def refusal(errand: Errand) -> str:
        with pytest.raises(BatchError) as refused:
            check_folders(errand)
        return str(refused.value)

    assert f"does not see the folder {tmp_path / 'out'}, or sees another one" in refusal(errand)
    assert not (tmp_path / "out").exists(), "nothing is to be made there"
    (tmp_path / "out" / ".work").mkdir(parents=True)
    (tmp_path / "out" / ".work" / "seen-here").touch()
    shutil.rmtree(tmp_path / "videos")
    assert f"does not see the folder {tmp_path / 'videos'} with videos" in refusal(errand)


def test_videos_and_results_in_s3_need_no_shared_folder(
    nodes: Nodes, make_video: MakeVideo, tmp_path: Path, way: S3Way
) -> None:
    put(way, "videos/clip.mp4", make_video("clip.mp4", 6, folder=tmp_path))
    out = f"s3://{LIGHTLY}/results"
    work = Work(_with("columns"), out, way)
    found = list_videos([f"s3://{INPUT}/videos"], way)
    with nodes.another("cloud", gpus=1) as there:
        choice = EngineChoice("ray", address=nodes.address, gpus=1.0, cpus=1.0)
        engine = make_engine(choice, work, quiet)
        try:
            (outcome,) = run_batch(found, work, engine).outcomes
        finally:
            engine.close()
        assert list(there.iterdir()) == []
    assert outcome.state == "done", outcome.reason
    kept = place_of(work).names("")
    assert f"{outcome.project}/project.sqlite" in kept
    assert not [name for name in kept if "seen" in name]


def test_a_node_with_another_version_is_refused(
    nodes: Nodes, make_video: MakeVideo, tmp_path: Path
) -> None:
    (video,) = _videos(make_video, tmp_path / "videos", 1)
    old = distribution(tmp_path / "old", "flickerscope", "0.0.9")
    work = work_to(tmp_path / "out", _with("columns"))
    both = rf"0\.0\.9, and this computer {version('flickerscope')}"
    with nodes.another("old", old, gpus=1), pytest.raises(BatchError, match=both):
        run_on(nodes, work, [video], gpus=1.0, cpus=1.0)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("127.0.0.1:9", "no Ray cluster at 127.0.0.1:9"),
        ("rubbish", "no Ray cluster at rubbish"),
        ("ray://127.0.0.1:10001", "client outside of the cluster"),
    ],
)
def test_an_address_without_a_cluster_is_said_at_once(
    address: str, sentence: str, tmp_path: Path
) -> None:
    work = work_to(tmp_path, _with("columns"))
    with pytest.raises(BatchError, match=sentence):
        make_engine(EngineChoice("ray", address=address), work, quiet)
    assert files_below(tmp_path) == {}


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(BatchError, match=r'pip install "flickerscope\[cluster\]"'):
        make_engine(EngineChoice("ray"), work_to(tmp_path, _with("columns")), quiet)


@pytest.fixture
def alone(tmp_path: Path, make_video: MakeVideo) -> Iterator[tuple[list[str], dict[str, str]]]:
    """A command over two videos, in an environment where no cluster is there."""
    videos = tmp_path / "videos"
    _videos(make_video, videos, 2)
    plugins = distribution(tmp_path / "plugins", "flickerscope-tests", "1.0", ENTRY_POINTS)
    with tempfile.TemporaryDirectory(prefix="fr", dir="/tmp") as short:  # for sockets
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(map(str, [plugins, REPOSITORY])),
            "RAY_TMPDIR": short,
            "HOME": str(tmp_path),
        }
        command = [sys.executable, "-m", "core.cli", "batch", str(videos), "--engine", "ray"]
        command += ["--out", str(tmp_path / "out"), "--no-select", "--no-export"]
        yield command, environment
        _wait_for(lambda: ray_processes(Path(short)) == [])


def test_a_cluster_of_this_computer_alone_ends_with_the_command(
    alone: tuple[list[str], dict[str, str]], tmp_path: Path
) -> None:
    command, environment = alone
    done = subprocess.run(
        [*command, "--detector", "columns", "--json"],
        env=environment, cwd=REPOSITORY, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "Ray is not to be heard"
    assert json.loads(done.stdout)["done"] == 2
    assert len(list((tmp_path / "out" / "projects").iterdir())) == 2


def test_ctrl_c_ends_all_of_it(alone: tuple[list[str], dict[str, str]], tmp_path: Path) -> None:
    command, environment = alone
    with subprocess.Popen(
        [*command, "--detector", "patient"],
        env=environment, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True,
        preexec_fn=heed_interrupts,
    ) as running:  # fmt: skip
        try:
            _wait_for(lambda: any((tmp_path / "out" / ".work").glob("*/*.flickerscope")))
            running.send_signal(signal.SIGINT)
            _, said = running.communicate(timeout=60)
        finally:
            running.kill()
    assert running.returncode == 130
    assert "Traceback" not in said
    assert list((tmp_path / "out" / ".work").glob("seen*")) == []


def _wait_for(met: Callable[[], bool]) -> None:
    until = time.monotonic() + _SECONDS_ON
    while not met():
        assert time.monotonic() < until
        time.sleep(0.05)
