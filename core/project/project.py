"""The project aggregate: the only place where a project's state changes."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, astuple, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import overload
from uuid import uuid4

from core.assertions.imputed import ImputedBox
from core.assertions.thresholds import Thresholds
from core.detectors.base import DetectorConfig, DetectorInfo, Sampling
from core.errors import ChangedVideoError, MissingVideoError, ProjectError
from core.paths import new_folder
from core.prelabels import Decision, Verdict
from core.project.changes import Change, ChooseRun, SetThresholds, SetVerdicts
from core.project.records import Run, VideoRecord
from core.project.schema import DATABASE, connect
from core.video.identity import identify
from core.video.reader import VideoInfo


class Project:
    """One video with its runs and decisions, kept in a folder.

    Use `Project.create` or `Project.open`. Not for use from several threads.

    Attributes:
        folder: The project's folder.
        video: The video that it is about.
        runs: Every run, oldest first.
        decisions: A person's decisions by the key of their box.
        thresholds: What the person wants to see of what was found.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection, video: VideoRecord) -> None:
        self.folder = folder
        self.video = video
        self._connection = connection
        self.runs: tuple[Run, ...] = tuple(_read_runs(connection))
        self.decisions: dict[str, Decision] = dict(_read_decisions(connection))
        self.thresholds = _read_thresholds(connection)
        self._chosen: str | None = _read_setting(connection, "run")

    @classmethod
    def create(cls, folder: Path, info: VideoInfo) -> "Project":
        """Make a new project; the folder appears when it is complete.

        Raises:
            ProjectError: The folder cannot be written.
        """
        try:
            with new_folder(folder) as partial:
                (partial / "runs").mkdir()
                _write_video(partial, _record(info))
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
            return cls(folder, connection, _read_video(connection, folder))
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

        Raises:
            ProjectError: The folder holds a project of another video, or cannot be written.
            ChangedVideoError: The video's content is not what it was.
        """
        if not is_project(folder):
            return cls.create(folder, info)
        project = cls.open(folder)
        try:
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
        with _transaction(self._connection, self.folder):
            self._connection.execute("UPDATE video SET path = ? WHERE id = 1", (str(path),))
        self.video = replace(self.video, path=path)

    def add_run(self, run: Run) -> None:
        """Register a run that begins, and choose it; its detections follow in its file."""
        with _transaction(self._connection, self.folder):
            self._connection.execute(
                "INSERT INTO run VALUES (?, 1, ?, ?, ?)",
                (run.id, run.created, json.dumps(asdict(run.config)), json.dumps(asdict(run.info))),
            )
            _write_setting(self._connection, "run", run.id)
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
    def apply(self, change: SetVerdicts) -> SetVerdicts: ...
    @overload
    def apply(self, change: SetThresholds) -> SetThresholds: ...
    @overload
    def apply(self, change: ChooseRun) -> ChooseRun: ...
    def apply(self, change: Change) -> Change:
        """Make a change, on disk before it returns.

        Returns:
            The change that undoes it.

        Raises:
            ProjectError: It could not be written; nothing has changed.
        """
        if isinstance(change, SetThresholds):
            return self._set_thresholds(change)
        if isinstance(change, ChooseRun):
            return self._choose_run(change)
        before = tuple((box, self._verdict(box)) for box, _ in change.verdicts)
        with _transaction(self._connection, self.folder):
            for box, verdict in change.verdicts:
                self._write(box, verdict)
        for box, verdict in change.verdicts:
            if verdict is None:
                self.decisions.pop(box.key, None)
            else:
                self.decisions[box.key] = Decision(box, verdict)
        return SetVerdicts(before)

    def _set_thresholds(self, change: SetThresholds) -> SetThresholds:
        before = SetThresholds(self.thresholds)
        value = json.dumps(change.thresholds.to_json())
        with _transaction(self._connection, self.folder):
            _write_setting(self._connection, "thresholds", value)
        self.thresholds = change.thresholds
        return before

    def _choose_run(self, change: ChooseRun) -> ChooseRun:
        before = self.run
        if before is None or all(run.id != change.run_id for run in self.runs):
            raise ProjectError(
                f"The project {self.folder} has no run {change.run_id}", mend="choose another run"
            )
        with _transaction(self._connection, self.folder):
            _write_setting(self._connection, "run", change.run_id)
        self._chosen = change.run_id
        return ChooseRun(before.id)

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def _verdict(self, box: ImputedBox) -> Verdict | None:
        decision = self.decisions.get(box.key)
        return decision.verdict if decision else None

    def _write(self, box: ImputedBox, verdict: Verdict | None) -> None:
        if verdict is None:
            self._connection.execute("DELETE FROM decision WHERE video = 1 AND key = ?", (box.key,))
            return
        self._connection.execute(
            "INSERT OR REPLACE INTO decision VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                box.key,
                box.frame,
                *box.xyxy,
                box.class_name,
                box.plausibility,
                box.assertion,
                verdict.value,
                datetime.now(UTC).isoformat(timespec="milliseconds"),
            ),
        )


def new_run_id() -> str:
    """An id that no other run has, known before the detector is loaded."""
    return uuid4().hex[:12]


def is_project(path: Path) -> bool:
    """Whether the path is a project folder."""
    return (path / DATABASE).is_file()


@contextmanager
def _transaction(connection: sqlite3.Connection, folder: Path) -> Iterator[None]:
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise ProjectError(
            f"The project {folder} could not be written ({error})",
            mend="free some disk space or make the folder writable, then try again",
        ) from error


def _write_video(folder: Path, video: VideoRecord) -> None:
    connection = connect(folder)
    with closing(connection), _transaction(connection, folder):
        connection.execute(
            "INSERT INTO video VALUES (1, ?, ?, ?, ?, ?, ?)",
            (str(video.path), *astuple(video)[1:]),
        )


def _record(info: VideoInfo) -> VideoRecord:
    path = info.path.resolve()
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise ProjectError(
            f"The name {str(path)!r} is not valid text and cannot be stored",
            mend="rename the video",
        ) from error
    return VideoRecord(
        path, info.identity.size, info.identity.digest, info.frame_count, info.width, info.height
    )


def _read_video(connection: sqlite3.Connection, folder: Path) -> VideoRecord:
    row = connection.execute(
        "SELECT path, size, digest, frame_count, width, height FROM video WHERE id = 1"
    ).fetchone()
    if row is None:
        raise ProjectError(
            f"The project {folder.name} names no video", mend="delete it and open the video"
        )
    return VideoRecord(Path(row[0]), *row[1:])


def _read_runs(connection: sqlite3.Connection) -> Iterator[Run]:
    for id_, created, config, info in connection.execute(
        "SELECT id, created, config, info FROM run WHERE video = 1 ORDER BY rowid"
    ):
        settings, known = json.loads(config), json.loads(info)
        if settings["classes"] is not None:
            settings["classes"] = tuple(settings["classes"])
        if "sampling" in settings:  # not in runs of earlier versions
            settings["sampling"] = Sampling(**settings["sampling"])
        known["class_names"] = tuple(known["class_names"])
        yield Run(id_, created, DetectorConfig(**settings), DetectorInfo(**known))


def _read_thresholds(connection: sqlite3.Connection) -> Thresholds:
    saved = _read_setting(connection, "thresholds")
    return Thresholds.from_json(json.loads(saved)) if saved else Thresholds()


def _read_setting(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def _write_setting(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))


def _read_decisions(connection: sqlite3.Connection) -> Iterator[tuple[str, Decision]]:
    for row in connection.execute(
        "SELECT key, frame, x0, y0, x1, y1, class_name, plausibility, assertion, verdict"
        " FROM decision WHERE video = 1 ORDER BY rowid"
    ):
        key, frame, x0, y0, x1, y1, class_name, plausibility, assertion, verdict = row
        box = ImputedBox(frame, (x0, y0, x1, y1), class_name, plausibility, assertion)
        yield key, Decision(box, Verdict(verdict))
