"""The project aggregate: the only place where a project's state changes."""

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, astuple, replace
from pathlib import Path
from typing import TypeVar, overload
from uuid import uuid4

from filelock import BaseFileLock, FileLock, Timeout

from core.assertions.thresholds import Thresholds
from core.errors import ChangedVideoError, MissingVideoError, ProjectError, ProjectInUseError
from core.export.request import ExportRequest
from core.frames import FrameRange
from core.paths import new_folder
from core.prelabels import Decision
from core.project import history
from core.project.changes import Change, ChooseRun, SetDecisions, SetValue
from core.project.handover import Handover, Selecting, Selection
from core.project.records import Run, VideoRecord, record_of
from core.project.schema import DATABASE, connect
from core.project.store import (
    delete_decision,
    read_decisions,
    read_runs,
    read_setting,
    read_video,
    transaction,
    write_decision,
    write_setting,
)
from core.project.values import VALUES
from core.roundtrip.recalibration import Recalibration
from core.video.identity import identify
from core.video.reader import VideoInfo

log = logging.getLogger(__name__)

_LOCK = "project.lock"

V = TypeVar("V", bound=SetValue)


class Project:
    """One video with its runs and decisions, kept in a folder.

    Use `Project.create` or `Project.open`. Not for use from several threads.

    Attributes:
        folder: The project's folder.
        video: The video that it is about.
        runs: Every run, oldest first.
        decisions: A person's decisions by the key of their box.
        thresholds: What the person wants to see of what was found.
        range: The frames that the person looks at, None for all.
        handover: Where it is handed over to, and how far that is.
        selection: The frames that are chosen for labeling, None for no choice.
        selecting: How they are chosen here, and what was chosen before.
        exporting: What was asked to be handed over last, and in which form.
        recalibration: How plausibilities are corrected, None for not at all.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection, video: VideoRecord) -> None:
        self.folder = folder
        self.video = video
        self._connection = connection
        self.runs: tuple[Run, ...] = tuple(read_runs(connection))
        self.decisions: dict[str, Decision] = dict(read_decisions(connection))
        self.thresholds: Thresholds
        self.range: FrameRange | None
        self.handover: Handover
        self.selection: Selection | None
        self.selecting: Selecting
        self.exporting: ExportRequest
        self.recalibration: Recalibration | None
        for value in VALUES.values():
            setattr(self, value.name, value.read(read_setting(connection, value.name)))
        self._texts = history.texts(connection)
        self._lock: BaseFileLock | None = None
        self._chosen: str | None = read_setting(connection, "run")

    @classmethod
    def create(cls, folder: Path, info: VideoInfo) -> "Project":
        """Make a new project; the folder appears when it is complete.

        Raises:
            ProjectError: The folder cannot be written.
        """
        try:
            with new_folder(folder) as partial:
                (partial / "runs").mkdir()
                _write_video(partial, record_of(info))
        except OSError as error:
            raise ProjectError(
                f"The folder {folder} cannot be written ({error.strerror or error})",
                mend="choose another place with --out",
            ) from error
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> "Project":
        """Open an existing project.

        Raises:
            ProjectError: It is no project, is damaged, or comes from a newer program.
        """
        if not is_project(folder):
            raise ProjectError(
                f"{folder} is not a Flickerscope project (it has no {DATABASE})",
                mend="open a folder NAME.flickerscope, or a video",
            )
        connection = connect(folder)
        try:
            return cls(folder, connection, read_video(connection, folder))
        except ProjectError:
            connection.close()
            raise
        except Exception as error:
            # SQLite notices some damage only where it reads, and some of it gives odd values.
            connection.close()
            raise ProjectError(
                f"The project {folder.name} is damaged ({error})", mend="restore it from a backup"
            ) from error

    @classmethod
    def open_or_create(cls, folder: Path, info: VideoInfo) -> "Project":
        """The project in `folder` if it is about this very video, else a new one.

        Until it is closed nobody else gets it in this way.

        Raises:
            ProjectError: The folder holds a project of another video, or cannot be written.
            ProjectInUseError: Another window or command works on it.
            ChangedVideoError: The video's content is not what it was.
        """
        project = cls.open(folder) if is_project(folder) else cls.create(folder, info)
        try:
            project.reserve()
            if project.video.path != info.path.resolve() and not project.video.path.exists():
                project.relocate(info.path)
            elif project.video.path != info.path.resolve():
                raise ProjectError(
                    f"{folder} is a project of another video, {project.video.path}",
                    mend="choose another folder",
                )
            if not project.video.is_content_of(info.identity):
                raise project.changed()
            if project.video.frame_count != info.frame_count:
                raise project.changed()
        except ProjectError:
            project.close()
            raise
        return project

    def reserve(self) -> None:
        """Keep other windows and commands from writing, until it is closed.

        Raises:
            ProjectInUseError: One of them works on it.
        """
        lock = FileLock(self.folder / _LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise ProjectInUseError(
                f"The project {self.folder.name} is open in another window or command",
                mend="go on there, or close it there first",
            ) from error
        except (OSError, NotImplementedError):
            log.warning("%s cannot be locked on this file system", self.folder, exc_info=True)
            return
        self._lock = lock

    def check_video(self) -> None:
        """Make sure that the video's file is there and is still the same one.

        Raises:
            MissingVideoError: It is gone.
            ChangedVideoError: Its content has changed.
        """
        path = self.video.path
        if not path.exists():
            raise MissingVideoError(
                f"The video of this project, {path}, is not there any more",
                mend="put it back, or tell where it is now (flickerscope relocate PROJECT VIDEO)",
            )
        if not self.video.is_content_of(identify(path)):
            raise self.changed()

    def changed(self) -> ChangedVideoError:
        """The error that says that the video is another one than before."""
        return ChangedVideoError(
            f"{self.video.path} is not the file that this project was made from",
            mend="tell where the original is, or move the project away and open the video anew",
        )

    def relocate(self, path: Path) -> None:
        """Note the new place of a video that was moved.

        Raises:
            ProjectError: There is another file, or the project cannot be written.
        """
        path = path.resolve()
        if not path.exists():
            raise ProjectError(f"There is no file {path}", mend="check the path")
        if not self.video.is_content_of(identify(path)):
            raise ProjectError(
                f"{path} is not the video of this project, {self.video.path.name} "
                f"({self.video.size:,} bytes)",
                mend="choose the original file, or an exact copy of it",
            )
        with transaction(self._connection, self.folder):
            self._connection.execute("UPDATE video SET path = ? WHERE id = 1", (str(path),))
        self.video = replace(self.video, path=path)

    def add_run(self, run: Run) -> None:
        """Register a run that begins, and choose it; its detections follow in its file."""
        with transaction(self._connection, self.folder):
            self._connection.execute(
                "INSERT INTO run VALUES (?, 1, ?, ?, ?)",
                (run.id, run.created, json.dumps(asdict(run.config)), json.dumps(asdict(run.info))),
            )
            write_setting(self._connection, "run", run.id)
        self.runs, self._chosen = (*self.runs, run), run.id

    def choose(self, run: Run) -> None:
        """Show and hand over this run from now on; a new one is registered first."""
        if run not in self.runs:
            self.add_run(run)
        elif run != self.run:
            self.apply(ChooseRun(run.id))

    @property
    def run(self) -> Run | None:
        """The run that is shown and handed over: the one chosen, by default the newest."""
        chosen = next((run for run in self.runs if run.id == self._chosen), None)
        return chosen or (self.runs[-1] if self.runs else None)

    def run_file(self, run_id: str) -> Path:
        """Where the detections of a run lie; see `core.project.runs`."""
        return self.folder / "runs" / f"{run_id}.npz"

    @overload
    def apply(self, change: SetDecisions) -> SetDecisions: ...
    @overload
    def apply(self, change: ChooseRun) -> ChooseRun: ...
    @overload
    def apply(self, change: V) -> V: ...
    def apply(self, change: Change) -> Change:
        """Make a change, on disk before it returns; what it decides can be undone.

        Returns:
            The change that undoes it.

        Raises:
            ProjectError: It could not be written; nothing has changed.
        """
        match change:
            case SetDecisions():
                inverse = self._inverse(change)
                with self._deciding(change):
                    history.record(self._connection, change, inverse)
                return inverse
            case ChooseRun():
                return self._choose_run(change)
            case _:
                return self._set_value(change)

    def undo(self) -> SetDecisions | None:
        """Take back what was decided last, in whatever session.

        Returns:
            What was changed for it, or None if there is nothing to undo.

        Raises:
            ProjectError: It could not be written; nothing has changed.
        """
        return self._again(history.to_undo(self._connection), undone=True)

    def redo(self) -> SetDecisions | None:
        """Decide again what was undone last; returns and raises as `undo`."""
        return self._again(history.to_redo(self._connection), undone=False)

    @property
    def can_undo(self) -> str | None:
        """What can be undone, in words, or None."""
        return self._texts[0]

    @property
    def can_redo(self) -> str | None:
        """What can be done again, in words, or None."""
        return self._texts[1]

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()
        if self._lock is not None:
            self._lock.release()

    # Inside

    def _again(self, step: tuple[int, SetDecisions] | None, *, undone: bool) -> SetDecisions | None:
        if step is None:
            return None
        number, change = step
        with self._deciding(change):
            history.mark(self._connection, number, undone=undone)
        return change

    @contextmanager
    def _deciding(self, change: SetDecisions) -> Iterator[None]:
        """Write decisions together with what the block writes, then remember them."""
        with transaction(self._connection, self.folder):
            for decision in change.made:
                write_decision(self._connection, decision)
            for box in change.unmade:
                delete_decision(self._connection, box)
            yield
        for decision in change.made:
            self.decisions[decision.box.key] = decision
        for box in change.unmade:
            self.decisions.pop(box.key, None)
        self._texts = history.texts(self._connection)

    def _inverse(self, change: SetDecisions) -> SetDecisions:
        before = {box.key: (box, self.decisions.get(box.key)) for box in change.boxes}
        made = tuple(decision for _, decision in before.values() if decision is not None)
        unmade = tuple(box for box, decision in before.values() if decision is None)
        return SetDecisions(made, unmade, change.text)

    def _set_value(self, change: SetValue) -> SetValue:
        value = VALUES[type(change)]
        before, wanted = getattr(self, value.name), getattr(change, value.name)
        self._set(value.name, value.text(wanted))
        setattr(self, value.name, wanted)
        return type(change)(before)

    def _choose_run(self, change: ChooseRun) -> ChooseRun:
        before = self.run
        if before is None or all(run.id != change.run_id for run in self.runs):
            raise ProjectError(
                f"The project {self.folder} has no run {change.run_id}", mend="choose another run"
            )
        self._set("run", change.run_id)
        self._chosen = change.run_id
        return ChooseRun(before.id)

    def _set(self, name: str, value: str) -> None:
        with transaction(self._connection, self.folder):
            write_setting(self._connection, name, value)


def new_run_id() -> str:
    """An id that no other run has, known before the detector is loaded."""
    return uuid4().hex[:12]


def is_project(path: Path) -> bool:
    """Whether the path is a project folder."""
    return (path / DATABASE).is_file()


def _write_video(folder: Path, video: VideoRecord) -> None:
    connection = connect(folder)
    with closing(connection), transaction(connection, folder):
        connection.execute(
            "INSERT INTO video VALUES (1, ?, ?, ?, ?, ?, ?)",
            (str(video.path), *astuple(video)[1:]),
        )
