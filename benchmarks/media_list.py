"""How long the media list takes for a folder of many projects, beside opening each of them.

    python benchmarks/media_list.py PROJECT [--count N] [--json]

PROJECT is one with a run; the folder is filled with copies of it. "known" finds the projects and
reads the overviews that lie in them, "looked into" makes sure that each still fits, which a child
process of the window does afterwards. "opening each" is what a list would need without overviews:
it reads the run of every project and finds what flickers in it. Painting is compared with a list of
Qt's own that shows the names alone. All times are of the processor.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from PySide6.QtWidgets import QApplication, QListView
from rich.console import Console

# `python benchmarks/media_list.py` puts benchmarks/ on the path, not the folder that holds it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.figures import Section, Times
from core.collection.collection import Collection, collection_in
from core.collection.looking import look_into, stored_overviews
from core.collection.overview import FILE
from core.opening import find, open_reader
from core.pipeline import current_seen
from core.project import Project
from gui.collection.library import Found, Library
from gui.collection.panel import MediaPanel
from gui.theme import apply_theme

_REPEATS = 5
_OPENED = 25
"""Projects that are opened: all of them would take minutes."""
_SCROLLED = 200
"""Places that the list is painted at."""
_SIZE = (296, 720)
"""Of the list, px."""


def main(
    project: Annotated[Path, typer.Argument(help="A project with a run.")],
    count: Annotated[int, typer.Option(help="Projects in the folder.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="Print figures as JSON.")] = False,
) -> None:
    """Measure, and print."""
    with TemporaryDirectory() as root:
        folder = Path(root)
        look_into(project, "")
        for number in range(count):
            shutil.copytree(project, folder / f"{number}.flickerscope", copy_function=_linked)
        sections = [_loading(folder), _painting(folder)]
    if as_json:
        print(json.dumps([section.to_json() for section in sections], indent=2))
        return
    for section in sections:
        section.print(Console())


def _linked(source: str, target: str) -> None:
    """Large files once; what is written to, and what is measured, for each."""
    if Path(source).name.startswith("project.") or Path(source).name == FILE:
        shutil.copy2(source, target)
    else:
        Path(target).symlink_to(Path(source).resolve())


def _loading(folder: Path) -> Section:
    collection = _collection(folder)
    overviews = stored_overviews(collection)
    projects = collection.projects()
    sample = projects[:: max(len(projects) // _OPENED, 1)]
    known = _timed(lambda: stored_overviews(_collection(folder)), _REPEATS)
    return Section(
        f"{len(projects)} projects, each",
        "mean",
        {
            "known": Times([ms / len(projects) for ms in known]),
            "looked into": Times(
                [_timed(partial(look_into, p, overviews[p].stamp))[0] for p in projects]
            ),
        },
        {"opening each": Times([_timed(partial(_opened, p))[0] for p in sample])},
        {"all of them known after, ms": round(min(known))},
    )


def _painting(folder: Path) -> Section:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    library = Library()
    panel = MediaPanel(library, apply_theme(app, "light"))
    panel.resize(*_SIZE)
    panel.show()
    collection = _collection(folder)
    found = Found(collection, (), stored_overviews(collection))
    shown = _timed(lambda: library.show(found)) + _timed(app.processEvents)
    plain = QListView()
    plain.setUniformItemSizes(True)
    plain.setModel(panel.list.model())
    plain.resize(panel.list.size())
    plain.show()
    app.processEvents()
    ours = {"never seen": _scrolled(panel.list), "seen before": _scrolled(panel.list)}
    names = Times([ms for _ in range(_SCROLLED) for ms in _timed(plain.viewport().repaint)])
    library.close()
    note: dict[str, object] = {"shown after, ms": round(sum(shown))}
    return Section("a screenful of rows", "mean", ours, {"names alone": names}, note)


def _scrolled(view: QListView) -> Times:
    """From the first row to the last, at about as many places."""
    bar, took = view.verticalScrollBar(), []
    for place in range(0, bar.maximum(), max(bar.maximum() // _SCROLLED, 1)):
        bar.setValue(place)
        took += _timed(view.viewport().repaint)
    return Times(took)


def _opened(project: Path) -> None:
    with open_reader(find(project)) as reader, closing(Project.open(project)) as opened:
        current_seen(opened, reader.index)


def _collection(folder: Path) -> Collection:
    found = collection_in(folder)
    assert found is not None
    return found


def _timed(work: Callable[[], object], repeats: int = 1) -> list[float]:
    """Milliseconds of this thread's work in each repetition."""
    took = []
    for _ in range(repeats):
        began = time.thread_time()
        work()
        took.append((time.thread_time() - began) * 1000)
    return took


if __name__ == "__main__":
    typer.run(main)
