"""What a worker does with one video, however often it is interrupted."""

import json
import multiprocessing
import shutil
from contextlib import closing
from dataclasses import replace
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

import pytest

import core.detectors.stream
from core.batch.outcomes import forget_outcome, keep_outcome, outcome_at
from core.batch.place import place_of
from core.batch.runner import run_batch
from core.batch.steps import Begin, Detect, Divided, Finish, Outcome, Part, Work
from core.batch.videos import Listed
from core.batch.work import part_name, perform
from core.detections import FrameDetections
from core.errors import DetectorError
from core.paths import proxies_dir
from core.project import Project
from core.selection.request import Threshold
from core.video import Picture
from tests.conftest import MakeVideo
from tests.core.batch_kills import KILLED, SEEN, Counting, carry_out
from tests.core.batches import QUICK, HereEngine, files_below, one_item, quiet, work_to
from tests.core.making import detector_info

FRAMES = 30

needs_forkserver = pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="there is no forkserver"
)


@pytest.fixture(scope="module")
def video(make_video: MakeVideo) -> Path:
    return make_video("cam.mp4", FRAMES, b_frames=2)


@pytest.fixture
def _counting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        core.detectors.stream, "make_detector", lambda *args: Counting(tmp_path / SEEN)
    )


@pytest.fixture
def context() -> BaseContext:
    """Forks from a process that has imported all that a step needs."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["tests.core.batch_kills"])
    return made


def outcome_of(video: Path, work: Work) -> Outcome:
    outcome = perform(Begin(one_item(video)), work, quiet)
    assert isinstance(outcome, Outcome)
    return outcome


def made_at(out: Path, outcome: Outcome) -> dict[str, Any]:
    """All that a video has become, without times."""
    assert outcome.state == "done", outcome.reason
    with closing(Project.open(out / outcome.project)) as project:
        (run,) = project.runs
        found: dict[str, Any] = {
            "run": replace(run, created=""),
            "selection": project.selection,
            "selecting": project.selecting,
            "exporting": project.exporting,
            "video": project.video,
            "counts": outcome.counts,
            "notices": outcome.notices,
        }
        files = files_below(project.folder)
    kept = {path: content for path, content in files.items() if path.endswith(".npz")}
    return found | {"files": kept, "export": files_below(out / outcome.export)}


def leftovers(out: Path) -> list[str]:
    """What is in the making, or was left over from that; without the notes that end last."""
    in_work = (path for path in files_below(out) if path.startswith(".work/"))
    return [path for path in in_work if not path.endswith((".lock", "/outcome.json"))]


@needs_forkserver
@pytest.mark.parametrize(
    ("longest", "seams", "stride"), [(None, 0, 1), (10, 2, 5)], ids=["whole", "in parts"]
)
def test_a_batch_that_is_ended_anywhere_is_gone_on_with_and_nothing_is_done_twice(
    longest: int | None,
    seams: int,
    stride: int,
    video: Path,
    tmp_path: Path,
    context: BaseContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    item = one_item(video)

    def finished(out: Path, longest: int | None) -> dict[str, Any]:
        seen, work = out.with_name(SEEN), work_to(out, longest=longest)
        monkeypatch.setattr(core.detectors.stream, "make_detector", lambda *args: Counting(seen))
        with closing(HereEngine(work)) as engine:
            (outcome,) = run_batch(Listed((item,), {}), work, engine).outcomes
        return made_at(out, outcome)

    def files_at(out: Path) -> list[str]:
        return sorted(path for path in files_below(out) if not path.startswith(".work/"))

    whole = tmp_path / "whole" / "out"
    whole.parent.mkdir()
    expected, names = finished(whole, None), files_at(whole)
    assert expected["counts"]["exported"] == 3

    for last in range(0, 200, stride):
        out = tmp_path / str(last) / "out"
        out.parent.mkdir()
        work = work_to(out, longest=longest)
        child = context.Process(target=carry_out, args=(item, work, last))
        child.start()
        child.join()
        if child.exitcode == 0:
            break
        assert child.exitcode == KILLED
        assert finished(out, longest) == expected, last
        assert files_at(out) == names, last
        assert leftovers(out) == [], last
        # A part looks at one more frame, before its first one.
        assert len(out.with_name(SEEN).read_bytes()) == FRAMES + seams, last
    assert 10 < last < 190, "it was never killed, or never let go"


@needs_forkserver
def test_of_two_who_do_the_same_one_does_it(
    video: Path, tmp_path: Path, context: BaseContext
) -> None:
    item, work = one_item(video), work_to(tmp_path / "out")
    children = [context.Process(target=carry_out, args=(item, work, None)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0]
    outcome = outcome_at(place_of(work), item.key)
    assert outcome is not None
    assert outcome.state == "done"
    assert len((tmp_path / SEEN).read_bytes()) == FRAMES
    assert len(list((tmp_path / "out" / "outcomes").iterdir())) == 1
    assert leftovers(tmp_path / "out") == []


@pytest.mark.usefixtures("_counting")
class TestOneVideo:
    """In this process."""

    def test_no_small_copy_is_made(self, video: Path, tmp_path: Path) -> None:
        outcome_of(video, work_to(tmp_path / "out"))
        assert files_below(proxies_dir()) == {}

    def test_a_zip_is_a_file_beside_the_others(self, video: Path, tmp_path: Path) -> None:
        assert QUICK.export is not None
        request = replace(QUICK, export=replace(QUICK.export, zip=True))
        outcome = outcome_of(video, work_to(tmp_path / "out", request))
        assert outcome.export == "exports/cam.zip"
        assert (tmp_path / "out" / outcome.export).is_file()

    def test_nothing_to_select_or_export_is_no_failure(self, video: Path, tmp_path: Path) -> None:
        assert QUICK.select is not None
        none = replace(QUICK.select, thresholds=(Threshold("flickering", ">", 2.0),))
        outcome = outcome_of(video, work_to(tmp_path / "out", replace(QUICK, select=none)))
        assert (outcome.state, outcome.export) == ("done", "")
        assert outcome.notices == (
            "No frame passes the thresholds: nothing was selected.",
            "No frame is selected: nothing was exported.",
        )
        assert outcome.counts is not None
        assert (outcome.counts["selected"], outcome.counts["exported"]) == (0, 0)

    def test_only_detecting(self, video: Path, tmp_path: Path) -> None:
        request = replace(QUICK, select=None, export=None)
        outcome = outcome_of(video, work_to(tmp_path / "out", request))
        assert (outcome.state, outcome.export, outcome.notices) == ("done", "", ())
        with closing(Project.open(tmp_path / "out" / outcome.project)) as project:
            assert project.selection is None

    def test_a_damaged_project_in_the_making_is_made_anew(
        self, video: Path, tmp_path: Path
    ) -> None:
        work = work_to(tmp_path / "out")
        with place_of(work).scratch(one_item(video).key) as scratch:
            (scratch / "cam.flickerscope").mkdir()
            (scratch / "cam.flickerscope" / "project.sqlite").write_bytes(b"no database" * 100)
        assert outcome_of(video, work).state == "done"

    def test_a_video_that_has_changed_or_is_gone_says_so(self, video: Path, tmp_path: Path) -> None:
        copy = tmp_path / "copy.mp4"
        shutil.copy(video, copy)
        item, work = one_item(copy), work_to(tmp_path / "out")
        copy.write_bytes(copy.read_bytes()[:-20] + b"another end of it...")
        outcome = perform(Begin(item), work, quiet)
        assert isinstance(outcome, Outcome)
        assert (outcome.state, str(copy) in outcome.reason) == ("failed", True)
        copy.unlink()
        gone = perform(Begin(item), work, quiet)
        assert isinstance(gone, Outcome)
        assert "cannot be read any more" in gone.reason

    def test_what_is_done_is_never_replaced(self, video: Path, tmp_path: Path) -> None:
        work = work_to(tmp_path / "out")
        done = outcome_of(video, work)
        late = Outcome(done.item, "failed", "somebody was late")
        assert keep_outcome(place_of(work), late) == done
        kept = (tmp_path / "out" / "outcomes" / f"{done.item.key}.json").read_text()
        assert Outcome.from_json(json.loads(kept)) == done

    def test_a_disk_that_refuses_is_a_failure_of_that_video(
        self, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*args: object) -> None:
            raise OSError(28, "No space left on device", "/there")

        monkeypatch.setattr("core.batch.work.prepare", full)
        outcome = outcome_of(video, work_to(tmp_path / "out"))
        assert outcome.reason == "The system refuses /there: No space left on device."

    def test_an_unfinished_run_of_another_detector_is_made_anew(
        self, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Failing(Counting):
            def detect(self, pictures: list[Picture]) -> list[FrameDetections]:
                if (tmp_path / SEEN).exists() and (tmp_path / SEEN).stat().st_size >= 10:
                    raise DetectorError("It is tired", mend="let it rest")
                return super().detect(pictures)

        class Another(Counting):
            info = detector_info(sha256="b" * 64)

        work, key = work_to(tmp_path / "out"), one_item(video).key
        monkeypatch.setattr(
            core.detectors.stream, "make_detector", lambda *args: Failing(tmp_path / SEEN)
        )
        assert outcome_of(video, work).reason == "It is tired: let it rest."
        forget_outcome(place_of(work), key)
        with place_of(work).scratch(key) as scratch:
            half = scratch / "cam.flickerscope" / "runs" / ".half-written.npz"
            half.write_bytes(b"of a process that was killed meanwhile")
        monkeypatch.setattr(
            core.detectors.stream, "make_detector", lambda *args: Another(tmp_path / SEEN)
        )
        made = made_at(tmp_path / "out", outcome_of(video, work))
        assert made["run"].info == Another.info
        assert len(made["files"]) == 4, "run, index, overview, what is chosen from"
        assert len((tmp_path / SEEN).read_bytes()) == 10 + FRAMES


@pytest.mark.usefixtures("_counting")
def test_a_part_that_was_damaged_is_detected_again(video: Path, tmp_path: Path) -> None:
    work = work_to(tmp_path / "out", longest=10)
    divided = perform(Begin(one_item(video)), work, quiet)
    assert isinstance(divided, Divided)

    def rest() -> Outcome:
        for frames in divided.ranges:
            assert isinstance(perform(Detect(divided.item, frames), work, quiet), Part)
        finished = perform(Finish(divided.item, divided.ranges), work, quiet)
        assert isinstance(finished, Outcome)
        return finished

    part = tmp_path / "out" / part_name(divided.item, divided.ranges[1])
    perform(Detect(divided.item, divided.ranges[1]), work, quiet)
    part.write_bytes(part.read_bytes()[:-100])
    first = rest()
    assert first.state == "failed"
    assert first.reason.endswith(
        "damaged (File is not a zip file): detect them again with --retry-failed."
    )
    forget_outcome(place_of(work), divided.item.key)
    assert rest().state == "done"
