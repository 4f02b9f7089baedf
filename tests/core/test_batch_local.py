"""Workers of this computer: the same results however many they are, and whoever dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

import core.batch.local
from core.batch.engines import EngineChoice
from core.batch.local import LocalEngine, worker_count
from core.batch.outcomes import outcomes_at
from core.batch.place import place_of
from core.batch.request import BatchRequest
from core.batch.result import BatchResult
from core.batch.runner import run_batch
from core.batch.steps import Begin, Told, Work
from core.child import LastingChild, tell_asker
from core.detectors.base import DetectorConfig, Device
from core.detectors.machine import limit_cores, usable_cores
from core.errors import Cancelled, WorkerDiedError
from core.export.request import ExportRequest
from core.headless import export_projects, process_video
from core.pipeline import current_run
from core.project import Project
from core.selection import part_store
from core.selection.commands import select_frames
from core.selection.request import SelectRequest
from core.selection.wishes import Wishes
from tests.core.batches import cut_clip, files_below, listed, quiet, work_to

CLIPS = {
    "bikes": ("bikes_cuts.mp4", 8),
    "city": ("dashcam_city_bframes.mp4", 6),
    "more_bikes": ("bikes_cuts.mp4", 7),
}
"""Of which video, and frames of each clip: enough for the detector to see something."""


@pytest.fixture(scope="module")
def clips(media: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of short pieces of the shared clips."""
    folder = tmp_path_factory.mktemp("clips")
    for at, (name, (source, frames)) in enumerate(CLIPS.items()):
        cut_clip(media(source), folder / f"{name}.mp4", frames, start=40 + 10 * at)
    return folder


@pytest.fixture(scope="module")
def request_(quick_model: Path) -> BatchRequest:
    return BatchRequest(
        DetectorConfig(str(quick_model), device="cpu"),
        SelectRequest(n=2, proportion=None),
        ExportRequest("coco", scope="selected"),
    )


def run(clips: Path, work: Work, workers: int, on_told: Callable[[Told], None]) -> BatchResult:
    engine = LocalEngine(EngineChoice(workers=workers), work, on_told)
    assert engine.workers == workers
    with closing(engine):
        return run_batch(listed(clips), work, engine)


def made_at(project: Path, export: Path) -> dict[str, Any]:
    """Every number and every exported byte, without names of the place."""
    with closing(Project.open(project)) as opened:
        run, detections = current_run(opened)
        assert opened.selection is not None
        files = files_below(opened.folder / "runs")
        return {
            "config": run.config,
            "info": run.info,
            "detections": len(detections),
            "runs": {path.replace(run.id, ""): content for path, content in files.items()},
            "selected": opened.selection.frames,
            "export": {
                # Of the commands each run has an id of its own.
                path: content.replace(run.id.encode(), b"")
                for path, content in files_below(export).items()
            },
        }


def all_made_at(out: Path, result: BatchResult) -> dict[str, dict[str, Any]]:
    assert result.failed == ()
    return {
        outcome.item.name: made_at(out / outcome.project, out / outcome.export)
        for outcome in result.outcomes
    }


def assert_equal(found: dict[str, Any], expected: dict[str, Any]) -> None:
    """The same videos, with the same of everything; says what differs."""
    assert found.keys() == expected.keys()
    for name, its in found.items():
        assert its.keys() == expected[name].keys(), name
        for what, value in its.items():
            assert value == expected[name][what], (name, what)


@pytest.fixture(scope="module")
def by_one(
    clips: Path, request_: BatchRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, BatchResult]:
    """What one worker with all cores makes of the clips."""
    out = tmp_path_factory.mktemp("by_one")
    return out, run(clips, work_to(out, request_), 1, quiet)


def test_as_many_workers_as_cores_make_the_same_as_one(
    by_one: tuple[Path, BatchResult], clips: Path, request_: BatchRequest, tmp_path: Path
) -> None:
    told: list[Told] = []
    result = run(clips, work_to(tmp_path, request_), 2, told.append)
    assert_equal(all_made_at(tmp_path, result), all_made_at(*by_one))
    assert {each.worker for each in told} == {"1", "2"}
    assert len({each.pid for each in told} - {0}) == 2, "a process is to last over its videos"
    assert {"Detecting", "Scoring", "Choosing", "Exporting"} <= {each.stage for each in told}


def test_the_commands_make_the_same_one_by_one(
    by_one: tuple[Path, BatchResult], clips: Path, request_: BatchRequest, tmp_path: Path
) -> None:
    assert request_.export is not None
    expected = all_made_at(*by_one)
    names = {outcome.item.source: outcome.item.name for outcome in by_one[1].outcomes}
    assert sum(each["detections"] for each in expected.values()) > 50
    for clip in sorted(clips.iterdir()):
        project = tmp_path / f"{clip.stem}.flickerscope"
        process_video(clip, request_.config, tmp_path, quiet)
        select_frames([project], Wishes(n=2), tmp_path / "lists" / clip.stem, quiet)
        export = tmp_path / "exports" / clip.stem
        export_projects([project], request_.export, export, quiet)
        name = names[str(clip)]
        assert_equal({name: made_at(project, export)}, {name: expected[name]})


def test_the_project_is_one_that_every_command_takes(
    by_one: tuple[Path, BatchResult], tmp_path: Path
) -> None:
    out, result = by_one
    folder = out / result.outcomes[0].project
    summary = export_projects([folder], ExportRequest("yolo", scope="all"), tmp_path / "x", quiet)
    assert summary["frames"] == CLIPS[Path(result.outcomes[0].item.source).stem][1]


def test_a_choice_over_all_of_it_links_nothing_again(
    by_one: tuple[Path, BatchResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, result = by_one
    work = Path(copytree(out, tmp_path / "work"))
    monkeypatch.setattr(part_store, "findings_of", None)
    summary = select_frames([work], Wishes(n=4), tmp_path / "sel", quiet)
    assert summary["frames"] == 4
    assert len(summary["projects"]) == len(result.outcomes)  # type: ignore[arg-type]


def test_a_worker_that_is_killed_is_replaced_and_its_video_finished(
    by_one: tuple[Path, BatchResult], clips: Path, request_: BatchRequest, tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill_once(told: Told) -> None:
        if told.stage == "Detecting" and not killed:
            killed.append(told.pid)
            os.kill(told.pid, signal.SIGKILL)

    result = run(clips, work_to(tmp_path, request_), 1, kill_once)
    assert killed
    assert_equal(all_made_at(tmp_path, result), all_made_at(*by_one))


def test_a_video_that_ends_every_worker_fails_alone_and_says_how(
    clips: Path, request_: BatchRequest, tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill(told: Told) -> None:
        if told.name == "bikes" and told.pid not in killed:
            killed.append(told.pid)
            os.kill(told.pid, signal.SIGKILL)

    few = replace(request_, select=None, export=None)
    result = run(clips, work_to(tmp_path, few), 2, kill)
    assert [outcome.item.name for outcome in result.failed] == ["bikes"]
    assert "was ended by SIGKILL, 3 times" in result.failed[0].reason
    assert len(killed) == 3
    assert len(result.outcomes) == len(CLIPS)


def test_closing_ends_workers_at_once(clips: Path, request_: BatchRequest, tmp_path: Path) -> None:
    work = work_to(tmp_path, request_)
    told: list[Told] = []
    engine = LocalEngine(EngineChoice(workers=1), work, told.append)
    futures = [engine.submit(Begin(item)) for item in listed(clips).items]
    while not any(each.pid for each in told):
        time.sleep(0.01)
    engine.close()
    pid = next(each.pid for each in told if each.pid)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(Cancelled):
        futures[0].result()
    assert all(future.cancelled() for future in futures[1:])
    assert outcomes_at(place_of(work), [item.key for item in listed(clips).items]) == {}


class TestCores:
    """Each worker uses its share."""

    def test_how_many_workers_there_are_by_default(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def count(device: Device, graphics: bool, gib: int, workers: int | None = None) -> int:
            monkeypatch.setattr(core.batch.local, "usable_cores", lambda: 16)
            monkeypatch.setattr(core.batch.local, "has_graphics_device", lambda: graphics)
            monkeypatch.setattr(core.batch.local, "memory_bytes", lambda: gib << 30)
            choice = EngineChoice(workers=workers)
            return worker_count(choice, DetectorConfig(device=device))

        assert count("cpu", True, 64) == count("auto", False, 64) == 16
        assert count("auto", True, 64) == count("cuda", False, 64) == 2
        assert count("cpu", False, 6) == 4, "each needs memory"
        assert count("cpu", False, 1) == 1
        assert count("auto", True, 1, 8) == 8, "a person knows better"

    def test_the_variable_limits_and_never_adds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        there = usable_cores()
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("FLICKERSCOPE_CORES", "")
        assert usable_cores() == there
        limit_cores(1)
        assert usable_cores() == 1
        assert os.environ["OMP_NUM_THREADS"] == "1"
        limit_cores(10_000)
        assert usable_cores() == there

    def test_a_worker_knows_its_share_before_libraries_are_loaded(self) -> None:
        code = "import core.batch.worker, sys; print('numpy' in sys.modules)"
        said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert said.stdout.strip() == "False", said.stderr


class TestTelling:
    """A child that lasts says something before its answer."""

    def test_what_is_told_comes_before_the_answer_and_in_order(self) -> None:
        child: LastingChild[int, int, int] = LastingChild(_count, 3, died=_DIED, begin=_nothing)
        told: list[object] = []
        with closing(child):
            assert child.ask(4, lambda: False, told.append) == 12
            assert child.ask(2, lambda: False) == 6
        assert told == [0, 1, 2, 3]

    def test_it_is_known_how_a_child_died(self) -> None:
        child: LastingChild[int, int, int] = LastingChild(_die, 3, died=_DIED, begin=_nothing)
        with closing(child), pytest.raises(WorkerDiedError):
            child.ask(1, lambda: False)
        assert child.exit_code == -signal.SIGKILL


_DIED = WorkerDiedError("it died", mend="do nothing")


def _nothing() -> None:
    pass


def _count(given: int, number: int) -> int:
    for each in range(number):
        tell_asker(each)
    return given * number


def _die(given: int, number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number
