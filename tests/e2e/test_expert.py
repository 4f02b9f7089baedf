"""An expert's review: a violation a second by keys alone, and nothing is lost."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from core.assertions.imputed import ImputedBoxes
from core.assertions.thresholds import Thresholds
from core.pipeline import current_run, findings_of
from core.prelabels import Verdict
from core.project import Project, SetThresholds
from core.review import Queue, View
from core.video.reader import VideoReader
from tests.e2e.conftest import Start
from tests.e2e.driving import Program, project_folder, screenshot, wait_for

COUNT = 60
MOST_SECONDS = 60.0
KEYS = {"a": Verdict.ACCEPTED, "x": Verdict.REJECTED, "s": None}


def show_all(home: Path) -> None:
    """Let the queue hold doubtful violations, too, so that there are enough of them."""
    with closing(Project.open(project_folder(home))) as project:
        project.apply(SetThresholds(Thresholds(plausibility=0.0, hidden=True)))


def queue_of(home: Path) -> tuple[Queue, list[int]]:
    """The queue of a project, and its violations in the order in which the window asks."""
    with closing(Project.open(project_folder(home))) as project:
        with VideoReader(project.video.path) as reader:
            found = findings_of(project, *current_run(project), reader.index)
        found = found.within(project.thresholds)
        boxes = ImputedBoxes(found.columns, [d.box for d in project.decisions.values()])
        queue = Queue(boxes, found, project.decisions)
    return queue, queue.shown(View()).tolist()


def decided(home: Path) -> dict[str, Verdict]:
    """Verdicts on disk by the key of their box."""
    with closing(Project.open(project_folder(home))) as project:
        return {key: decision.verdict for key, decision in project.decisions.items()}


def is_decided(home: Path, expected: dict[str, Verdict]) -> bool:
    return decided(home) == expected


def test_sixty_violations_a_minute_by_keys_and_none_is_lost(
    start: Start,
    own_home: Path,
    video: Path,
    display: str,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    show_all(own_home)
    queue, order = queue_of(own_home)
    assert len(order) > COUNT + 5
    program = start(own_home, video)
    program.wait_for_window(f"^{video.name}")
    # From wherever the window begins to the first violation of the queue.
    program.press("Home")
    first = first_after_home(queue, order)
    pick = random.Random(6)
    keys = [pick.choices(list(KEYS), weights=(6, 3, 1))[0] for _ in range(COUNT)]
    expected: dict[str, Verdict] = {}
    began = time.monotonic()
    program.press("s")
    for number, key in zip(following(order, first), keys, strict=False):
        boxes = queue.boxes_of(number)
        # An expert who sees a gap at a glance decides about all of it.
        program.press(key if key == "s" or len(boxes) == 1 else f"shift+{key}")
        verdict = KEYS[key]
        if verdict is not None:
            expected |= {box.key: verdict for box in boxes}
            wait_for("the decision", partial(is_decided, own_home, expected))
    took = time.monotonic() - began
    screenshot(display, tmp_path / "expert.png")
    assert decided(own_home) == expected
    assert took <= MOST_SECONDS, f"{COUNT} violations took {took:.1f} s"
    record_property("seconds for 60 violations", round(took, 1))

    kill_in_the_middle(program, own_home, expected)
    again = start(own_home, video)
    again.wait_for_window(f"^{video.name}")
    before = decided(own_home)
    assert expected.items() <= before.items()
    again.press("ctrl+z")
    wait_for("the undo of what another process did", lambda: len(decided(own_home)) < len(before))
    assert again.close() == 0, again.said()


def first_after_home(queue: Queue, order: list[int]) -> int | None:
    """The violation in focus in the first frame, if there is one."""
    here = [number for number in order if queue[number].start == 0]
    return here[0] if here else None


def following(order: list[int], first: int | None) -> list[int]:
    """The violations in the order of the queue, after one of them."""
    at = order.index(first) + 1 if first is not None else 0
    return order[at:] + order[:at]


def kill_in_the_middle(program: Program, home: Path, expected: dict[str, Verdict]) -> None:
    """Kill the program just when it decides; what it had decided before must stay."""
    program.press("shift+a")
    program.process.send_signal(signal.SIGKILL)
    assert program.process.wait(20) == -signal.SIGKILL
    assert expected.items() <= decided(home).items()
