"""A person's whole review, by keys, in the real program."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

from core.pipeline import current_run, findings_of
from core.prelabels import Verdict
from core.project import Project
from core.project.schema import DATABASE
from core.video.reader import VideoReader
from tests.e2e.conftest import Start, new_home
from tests.e2e.driving import decisions, project_folder, screenshot, wait_for

ACCEPTED = Verdict.ACCEPTED


def flagged(home: Path) -> list[int]:
    with closing(Project.open(project_folder(home))) as project:
        with VideoReader(project.video.path) as reader:
            found = findings_of(project, *current_run(project), reader.index)
        return found.within(project.thresholds).flagged.tolist()


def test_decisions_are_made_undone_redone_and_found_again(
    start: Start, own_home: Path, video: Path, display: str, tmp_path: Path
) -> None:
    first, second = flagged(own_home)[:2]

    program = start(own_home, video)
    program.wait_for_window(f"^{video.name}")
    program.press("n", "a")
    (made,) = wait_for("the decision", lambda: decisions(own_home))
    assert (made[0], made[2]) == (first, ACCEPTED)
    program.press("ctrl+z")
    wait_for("the undo", lambda: decisions(own_home) == [])
    program.press("ctrl+shift+z")
    wait_for("the redo", lambda: decisions(own_home) == [made])
    screenshot(display, tmp_path / "reviewed.png")
    assert program.close() == 0, program.said()
    assert decisions(own_home) == [made]

    program = start(own_home, video)
    program.wait_for_window(f"^{video.name}")
    program.press("Home", "n", "n", "a")
    wait_for("the second decision", lambda: len(decisions(own_home)) == 2)
    assert decisions(own_home)[0] == made
    assert (decisions(own_home)[1][0], decisions(own_home)[1][2]) == (second, ACCEPTED)
    program.press("ctrl+z")
    wait_for("the undo", lambda: decisions(own_home) == [made])
    # What an earlier sitting decided can be undone as well.
    program.press("ctrl+z")
    wait_for("the undo of the first sitting", lambda: decisions(own_home) == [])
    program.press("ctrl+shift+z")
    wait_for("the redo", lambda: decisions(own_home) == [made])
    screenshot(display, tmp_path / "reopened.png")
    assert program.close() == 0, program.said()
    assert decisions(own_home) == [made]
    assert program.said() == ""


def test_a_decision_survives_the_death_of_the_program(
    start: Start, own_home: Path, video: Path
) -> None:
    program = start(own_home, video)
    program.wait_for_window(f"^{video.name}")
    program.press("n", "x")
    made = wait_for("the decision", lambda: decisions(own_home))
    program.process.send_signal(signal.SIGKILL)
    assert program.process.wait(20) == -signal.SIGKILL

    assert decisions(own_home) == made
    with closing(sqlite3.connect(project_folder(own_home) / DATABASE)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

    program = start(own_home, video)
    program.wait_for_window(f"^{video.name}")
    program.press("n", "a")
    wait_for("a decision after the death", lambda: decisions(own_home) != made)
    assert program.close() == 0, program.said()


def test_closing_while_the_detector_is_being_loaded_ends_every_process(
    start: Start, tmp_path: Path, video: Path
) -> None:
    weights = tmp_path / "slow.pt"
    weights.write_bytes(b"torch has to be imported before anybody notices what this is")
    program = start(new_home(tmp_path / "home", str(weights)), video)
    program.wait_for_window(f"^{video.name}")
    program.press("d")
    children = wait_for("the detector's process", program.children)
    assert program.close() == 0, program.said()
    wait_for("the end of its processes", lambda: not any(map(is_alive, children)))


def test_a_path_that_is_not_there_opens_the_window_all_the_same(
    start: Start, display: str, tmp_path: Path
) -> None:
    program = start(new_home(tmp_path / "home", "yolov8n.pt"), tmp_path / "nowhere.mp4")
    program.wait_for_window("^Flickerscope")
    screenshot(display, tmp_path / "banner.png")
    assert program.close() == 0, program.said()
    assert list((tmp_path / "home").glob("projects/*")) == []


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
