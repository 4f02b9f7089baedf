"""Batches on a Ray cluster of two workers: the same results as without, whatever dies."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.batch.engines import EngineChoice, make_engine
from core.batch.request import BatchRequest
from core.batch.result import BatchResult
from core.batch.runner import run_batch
from core.batch.steps import Outcome, Told
from core.cli import app
from core.detectors.base import DetectorConfig
from core.export.request import ExportRequest
from core.headless import process_video
from core.project import Project
from core.selection.request import SelectRequest
from tests.core.batches import files_below, listed, quiet, work_to

pytest.importorskip("ray")

from tests.core.ray_clusters import CLIP_FRAMES, Nodes, cut_clips, nodes, run_on

__all__ = ["nodes"]

_A_FEW = 2
"""Videos that are done before a worker is killed."""
_LONG = 16
"""Seconds of the longest clip."""
_COUNT = 25
"""Clips that are good."""
_LONGEST = "pets09_s2l1-0"


@pytest.fixture(scope="module")
def clips(media: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 clips of a second, a longer one, and a file that is called like one."""
    folder = tmp_path_factory.mktemp("clips")
    for name in ("bikes_cuts", "dashcam_city_bframes", "dashcam_highway", "overhead_cars"):
        cut_clips(media(f"{name}.mp4"), folder, [1] * 5)
    cut_clips(media("pets09_s2l1.avi"), folder, [_LONG, *[1] * 4])
    (folder / "bad.mp4").write_bytes((folder / "bikes_cuts-0.mp4").read_bytes()[:700])
    return folder


@pytest.fixture(scope="module")
def request_of(quick_model: Path) -> BatchRequest:
    """Detect, choose frames by what they look like, and export them."""
    return BatchRequest(
        DetectorConfig(str(quick_model), confidence=0.25),
        SelectRequest(n=3, proportion=None),
        ExportRequest(scope="selected", min_score=0.0),
    )


@dataclass
class Observed:
    """A batch that was run, and what was told of it."""

    out: Path
    result: BatchResult | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    killed: Told | None = None
    before: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Files of the videos that were done when a worker was killed: see `_stamps`."""

    def listen(self, told: Told) -> None:
        self.told.append(told)
        if self.killed is None and told.name == _LONGEST and told.stage == "Detecting":
            # It waits in the middle until others are done.
            os.kill(told.pid, signal.SIGSTOP)
            self.killed = told

    def take(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        if self.killed is not None and not self.before and len(self.outcomes) >= _A_FEW:
            self.before = _stamps(self.out, list(self.outcomes))
            os.kill(self.killed.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def disturbed(
    nodes: Nodes, clips: Path, request_of: BatchRequest, tmp_path_factory: pytest.TempPathFactory
) -> Observed:
    """The clips on the cluster, one of whose workers was killed in the middle."""
    seen = Observed(tmp_path_factory.mktemp("disturbed"))
    work = work_to(seen.out, request_of)
    engine = make_engine(EngineChoice("ray", address=nodes.address), work, seen.listen)
    try:
        assert engine.workers == 2
        seen.result = run_batch(listed(clips), work, engine, on_outcome=seen.take)
    finally:
        engine.close()
    return seen


def _stamps(out: Path, outcomes: list[Outcome]) -> dict[str, tuple[int, int]]:
    """What would change in any file of some videos if it was written again."""
    found = {}
    for outcome in outcomes:
        for name in (f"outcomes/{outcome.item.key}.json", outcome.project, outcome.export):
            for path in [out / name, *(out / name).rglob("*")] if name else []:
                facts = path.stat()
                found[str(path)] = facts.st_ino, facts.st_mtime_ns
    return found


def test_a_killed_worker_costs_nothing_but_its_step(disturbed: Observed) -> None:
    assert disturbed.killed is not None, "nobody was killed"
    names = [outcome.item.name for outcome in disturbed.outcomes]
    assert sorted(names) == sorted(set(names)), "a video came to an end twice"
    assert len(names) == _COUNT + 1
    assert disturbed.killed.name in names
    assert [o.item.name for o in disturbed.outcomes if o.state == "failed"] == ["bad"]
    later = disturbed.told[disturbed.told.index(disturbed.killed) + 1 :]
    assert any(told.name == disturbed.killed.name for told in later), "it was not begun again"


def test_what_was_done_before_is_not_touched_again(disturbed: Observed) -> None:
    assert len(disturbed.before) >= 10 * _A_FEW
    for path, stamp in disturbed.before.items():
        facts = Path(path).stat()
        assert (facts.st_ino, facts.st_mtime_ns) == stamp, path


def test_nothing_is_there_twice_or_left_over(disturbed: Observed) -> None:
    out = disturbed.out
    assert len(list((out / "projects").iterdir())) == _COUNT
    assert len(list((out / "exports").iterdir())) == _COUNT
    assert len(list((out / "outcomes").iterdir())) == _COUNT + 1
    left = [path.name for path in (out / ".work").iterdir() if path.suffix != ".lock"]
    (bad,) = [o.item.key for o in disturbed.outcomes if o.state == "failed"]
    assert left in ([], [bad]), "what was made of the bad one may wait for another try"


def test_a_bad_video_costs_only_itself(disturbed: Observed) -> None:
    assert disturbed.result is not None
    (bad,) = disturbed.result.failed
    assert "bad.mp4" in bad.reason
    assert disturbed.result.counts["frames"] == (_COUNT - 1 + _LONG) * CLIP_FRAMES
    assert disturbed.result.counts["exported"] == _COUNT * 3


def test_results_are_those_of_processes_of_this_computer(
    disturbed: Observed, clips: Path, request_of: BatchRequest, tmp_path: Path
) -> None:
    work = work_to(tmp_path / "out", request_of)
    engine = make_engine(EngineChoice("local", workers=2), work, lambda told: None)
    try:
        run_batch(listed(clips), work, engine)
    finally:
        engine.close()
    _expect_equal(disturbed.out, tmp_path / "out", _COUNT)


def test_results_are_those_of_the_commands_one_after_the_other(
    disturbed: Observed, clips: Path, request_of: BatchRequest, tmp_path: Path
) -> None:
    for name in (_LONGEST, "bikes_cuts-1", "pets09_s2l1-2"):
        process_video(clips / f"{name}.mp4", request_of.config, tmp_path, quiet)
        alone = tmp_path / f"{name}.flickerscope"
        for command in (
            f"select {alone} -n 3 --out {tmp_path / name}.chosen",
            f"export {alone} --format coco --scope selected --out {tmp_path / name}.coco",
        ):
            done = CliRunner().invoke(app, command.split())
            assert done.exit_code == 0, done.output
        batch = disturbed.out / "projects" / alone.name
        assert _runs(alone) == _runs(batch)
        assert _chosen(alone) == _chosen(batch)
        images = files_below(Path(f"{tmp_path / name}.coco", "images"))
        assert len(images) == 3
        assert images == files_below(disturbed.out / "exports" / name / "images")


def test_a_long_video_is_shared_by_both_workers_of_whom_one_is_killed(
    disturbed: Observed, nodes: Nodes, clips: Path, request_of: BatchRequest, tmp_path: Path
) -> None:
    work = work_to(tmp_path, request_of, longest=2 * CLIP_FRAMES)
    detecting: set[int] = set()
    killed: list[int] = []

    def listen(told: Told) -> None:
        if told.stage == "Detecting":
            detecting.add(told.pid)
            if len(detecting) == 2 and not killed:
                killed.append(told.pid)
                os.kill(told.pid, signal.SIGKILL)

    result = run_on(nodes, work, [clips / f"{_LONGEST}.mp4"], listen)
    assert killed, "the parts were not detected by two workers"
    assert [outcome.state for outcome in result.outcomes] == ["done"]
    whole = disturbed.out
    name = f"{_LONGEST}.flickerscope"
    assert _runs(tmp_path / "projects" / name) == _runs(whole / "projects" / name)
    assert _kept(tmp_path / "projects" / name) == _kept(whole / "projects" / name)
    export = f"exports/{_LONGEST}"
    assert files_below(tmp_path / export) == files_below(whole / export)
    assert not (tmp_path / "parts").exists() or not any((tmp_path / "parts").iterdir())


def test_weights_that_only_one_computer_has_are_brought_to_the_others(
    disturbed: Observed,
    nodes: Nodes,
    clips: Path,
    request_of: BatchRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    model = Path(request_of.config.model)
    (here / model.name).symlink_to(model)
    monkeypatch.chdir(here)
    # On Linux every process sees its own folder there, as every computer its own disk.
    config = replace(request_of.config, model=f"/proc/self/cwd/{model.name}")
    work = work_to(tmp_path / "out", replace(request_of, config=config))
    with nodes.another("bare", gpus=1) as there:
        result = run_on(nodes, work, [clips / "bikes_cuts-1.mp4"], gpus=1.0, cpus=1.0)
        assert list(there.iterdir()) == []
    (outcome,) = result.outcomes
    assert outcome.state == "done", outcome.reason
    folder = tmp_path / "out" / outcome.project
    assert _runs(folder) == _runs(disturbed.out / "projects" / folder.name)
    project = Project.open(folder)
    assert project.run is not None
    assert project.run.config == config
    project.close()


def _expect_equal(one: Path, other: Path, count: int) -> None:
    """Two places with the same results, bit for bit, but for times."""
    assert _files(one) == _files(other)
    projects = sorted((one / "projects").iterdir())
    assert len(projects) == count
    for folder in projects:
        assert _kept(folder) == _kept(other / "projects" / folder.name)


def _files(out: Path) -> dict[str, bytes]:
    """All but those with times in them."""
    found = files_below(out)
    parts = "projects", "exports"
    return {
        name: content
        for name, content in found.items()
        if name.startswith(parts) and not name.endswith(".sqlite")
    }


def _kept(folder: Path) -> tuple[object, ...]:
    """What a project's database says, but for times."""
    project = Project.open(folder)
    try:
        run = project.run
        assert run is not None
        return run.id, run.config, run.info, project.selection, project.selecting, project.exporting
    finally:
        project.close()


def _runs(folder: Path) -> dict[str, bytes]:
    """What was seen, embeddings included, by the kind of file."""
    return {file.name.partition(".")[2]: file.read_bytes() for file in (folder / "runs").iterdir()}


def _chosen(folder: Path) -> tuple[int, ...]:
    project = Project.open(folder)
    try:
        assert project.selection is not None
        return project.selection.frames
    finally:
        project.close()
