"""The collection of a window: overviews in the background, order and search, what is open."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.collection.overview import Overview, load_overview, stamp_of
from core.frames import FrameIndex
from core.prelabels import Verdict
from core.project import Project
from core.project.schema import DATABASE
from core.video import VideoReader
from core.video.reader import VideoInfo
from gui.collection.library import Library
from gui.collection.order import ListOrder
from gui.session import Session
from tests.gui.collecting import FLICKERING, found_in, make_projects

Facts = tuple[VideoInfo, FrameIndex]


@pytest.fixture
def root(tmp_path: Path, clip_facts: Facts) -> Path:
    return make_projects(tmp_path / "many", clip_facts[0])


@pytest.fixture
def library(qapp: QApplication) -> Iterator[Library]:
    made = Library()
    yield made
    made.close()


def folder(root: Path, name: str) -> Path:
    return root / f"{name}.flickerscope"


def names(library: Library) -> list[str]:
    return [member.name for member in library.shown]


def known(library: Library, root: Path, name: str) -> Overview:
    overview = library.overview(folder(root, name))
    assert overview is not None
    return overview


def test_what_lies_there_is_shown_at_once(library: Library, root: Path) -> None:
    library.show(found_in(root))
    assert names(library) == ["b restless", "c so-so", "a calm", "d new"]
    assert known(library, root, "b restless").violations == 3
    assert library.overview(folder(root, "d new")) is None


def test_missing_overviews_are_made_and_left(library: Library, root: Path, qtbot: QtBot) -> None:
    library.show(found_in(root, looked=False))
    assert names(library) == list(FLICKERING)
    with qtbot.waitSignal(library.order_changed):
        qtbot.waitUntil(lambda: not library.left)
    assert names(library) == ["b restless", "c so-so", "a calm", "d new"]
    on_disk = load_overview(folder(root, "b restless"))
    assert on_disk is not None
    assert on_disk.violations == known(library, root, "b restless").violations == 3


def test_an_old_overview_is_made_anew(library: Library, root: Path, qtbot: QtBot) -> None:
    old = found_in(root)
    session = Session(Project.open(folder(root, "c so-so")), *_facts(root))
    session.go_to(7)
    session.decide(Verdict.ACCEPTED)
    session.close()
    library.show(old)
    assert known(library, root, "c so-so").to_do == 1
    qtbot.waitUntil(lambda: known(library, root, "c so-so").to_do == 0)


def test_what_is_seen_is_looked_into_first(library: Library, root: Path, qtbot: QtBot) -> None:
    for number in range(20):
        shutil.copytree(folder(root, "a calm"), folder(root, f"more {number}"))
    last = folder(root, "more 19")
    order: list[Path] = []
    library.overview_changed.connect(order.append)
    library.look_first([last])
    library.show(found_in(root, looked=False))
    qtbot.waitUntil(lambda: not library.left)
    assert order[0] == last


def test_problems_are_told_and_cost_only_their_own(
    library: Library, root: Path, qtbot: QtBot, tmp_path: Path, clip: Path, clip_facts: Facts
) -> None:
    (folder(root, "a calm") / DATABASE).write_bytes(b"no database at all " * 100)
    moving = Path(shutil.copy(clip, tmp_path / "moving.mp4"))
    with VideoReader(moving) as reader:
        make_projects(root, reader.info, {"e gone": (4,)})
    moving.rename(tmp_path / "moved.mp4")
    library.show(found_in(root, looked=False))
    qtbot.waitUntil(lambda: not library.left)
    assert "a calm.flickerscope" in library.problem(folder(root, "a calm"))
    assert f"{moving} is not there any more" in library.problem(folder(root, "e gone"))
    assert not library.problem(folder(root, "b restless"))


def test_a_collection_that_is_left_tells_no_more(
    library: Library, root: Path, qtbot: QtBot
) -> None:
    library.show(found_in(root, looked=False))
    library.show(None)
    told: list[object] = []
    library.overview_changed.connect(told.append)
    assert (library.collection, library.shown, library.left) == (None, (), 0)
    qtbot.wait(200)
    assert not told


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (ListOrder(sorted_by="flickering", descending=False), "acbd"),
        (ListOrder(sorted_by="name", descending=False), "abcd"),
        (ListOrder(sorted_by="name"), "dcba"),
        (ListOrder(sorted_by="to_do"), "bcad"),
        (ListOrder(sorted_by="progress", descending=False), "bcad"),
        (ListOrder(sorted_by="length"), "abcd"),
        (ListOrder("LM"), "a"),
        (ListOrder("e   N"), "d"),
        (ListOrder("s"), "bc"),
        (ListOrder("nothing like this"), ""),
    ],
)
def test_is_searched_and_sorted(
    library: Library, root: Path, order: ListOrder, expected: str
) -> None:
    library.show(found_in(root))
    library.set_order(order)
    assert "".join(name[0] for name in names(library)) == expected


def test_sorting_by_something_else_begins_with_what_is_usual() -> None:
    assert ListOrder("x", "flickering", False).by("name") == ListOrder("x", "name", False)
    assert ListOrder("x", "name", False).by("length") == ListOrder("x", "length", True)


def _facts(root: Path) -> Facts:
    with closing(Project.open(next(root.iterdir()))) as project:
        video = project.video.path
    with VideoReader(video) as reader:
        return reader.info, reader.index


@pytest.fixture
def session_on(root: Path, clip_facts: Facts) -> Iterator[Callable[[str], Session]]:
    opened: list[Session] = []

    def open_(name: str) -> Session:
        opened.append(Session(Project.open(folder(root, name)), *clip_facts))
        return opened[-1]

    yield open_
    for session in opened:
        session.close()


def test_decisions_in_the_window_show_at_once_and_move_nothing(
    library: Library, root: Path, qtbot: QtBot, session_on: Callable[[str], Session]
) -> None:
    library.show(found_in(root))
    library.set_order(ListOrder(sorted_by="to_do"))
    session = session_on("b restless")
    library.follow(session)
    assert library.current == folder(root, "b restless")
    for frame in (4, 9, 15):
        session.go_to(frame)
        session.decide(Verdict.REJECTED)
    qtbot.waitUntil(lambda: known(library, root, "b restless").to_do == 0)
    assert names(library)[0] == "b restless"
    library.follow(None)
    assert names(library)[0] == "c so-so", "sorted again when it is left"
    assert library.current is None


def test_what_is_left_has_an_overview_that_fits(
    library: Library, root: Path, session_on: Callable[[str], Session]
) -> None:
    session = session_on("b restless")
    library.follow(session)
    session.go_to(9)
    session.decide(Verdict.ACCEPTED)
    library.follow(None)
    on_disk = load_overview(session.project.folder)
    assert on_disk is not None
    assert on_disk.to_do == 2
    with closing(Project.open(session.project.folder)) as project:
        assert on_disk.stamp == stamp_of(project)


def test_a_project_without_a_run_leaves_none(
    library: Library, root: Path, session_on: Callable[[str], Session]
) -> None:
    library.follow(session_on("d new"))
    library.follow(None)
    assert load_overview(folder(root, "d new")) is None


def test_neighbours_follow_the_list(
    library: Library, root: Path, session_on: Callable[[str], Session]
) -> None:
    library.show(found_in(root))
    steps = [library.neighbour(step) for step in (1, -1)]
    assert [member and member.name for member in steps] == ["b restless", "d new"]
    library.follow(session_on("b restless"))
    steps = [library.neighbour(step) for step in (1, -1)]
    assert [member and member.name for member in steps] == ["c so-so", None]


def test_begins_with_what_flickers_most_and_has_something_to_do(
    library: Library, root: Path, session_on: Callable[[str], Session]
) -> None:
    library.show(found_in(root))
    library.set_order(ListOrder(sorted_by="name", descending=False))
    first = library.to_begin_with()
    assert first is not None
    assert first.name == "b restless"
    for name in ("b restless", "c so-so"):
        session = session_on(name)
        library.follow(session)
        for number in range(len(session.queue)):
            session.focus(session.queue.boxes_of(number)[0])
            session.decide(Verdict.ACCEPTED)
    library.follow(None)
    first = library.to_begin_with()
    assert first is not None
    assert first.name == "a calm"
