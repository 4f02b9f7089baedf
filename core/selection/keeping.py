"""What projects remember of a choice: each its own frames, and what was asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import Cancelled, ProjectError, ProjectInUseError, SelectionError
from core.headless import reserved
from core.project import Project, Round, Selecting, Selection, SetSelecting, SetSelection
from core.selection.bal import close_round
from core.selection.pool import Picks, Pool
from core.selection.request import Bal, SelectRequest
from core.selection.wishes import of_video

SOURCE = "flickerscope"


@dataclass(frozen=True, eq=False)
class Choice:
    """What a request has chosen, and what a person calls it."""

    pool: Pool
    picks: Picks
    request: SelectRequest
    name: str

    @property
    def in_rounds(self) -> bool:
        """Whether this choice ends a round of labeling."""
        return any(isinstance(strategy, Bal) for strategy in self.request.strategies)


def changes_of(
    choice: Choice, video: int, before: Selecting, rounds: Sequence[Round] | None = None
) -> tuple[SetSelection, SetSelecting]:
    """What the project of one video is to remember.

    Args:
        choice: Of that video, and maybe others.
        video: Its place among them.
        before: What the project remembered.
        rounds: Those to which this choice adds one, if it does; None for all that were before.
    """
    pool, picks = choice.pool, choice.picks
    kept = before.rounds
    if choice.in_rounds:
        earlier = before.rounds if rounds is None else tuple(rounds)
        kept = (*earlier, close_round(pool, picks, video))
    request = of_video(choice.request, video)
    return (
        SetSelection(Selection(choice.name, SOURCE, picks.frames(pool, video))),
        SetSelecting(replace(before, request=request, rounds=kept)),
    )


def other_rounds(rounds: Sequence[Round], run: str) -> tuple[Round, ...]:
    """Without the last one where that looked at the same run: another choice takes its place."""
    return tuple(rounds[:-1] if rounds and rounds[-1].run == run else rounds)


def keep_across(
    choice: Choice,
    videos: Sequence[int],
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    in_place: bool = True,
) -> None:
    """Let projects that nobody has open remember a choice: all of them, or none.

    They are looked at first and written then, one at a time: hundreds at once would be more files
    than a process may have open.

    Args:
        choice: What is to be remembered.
        videos: Places of the projects' videos in the pool.
        on_progress: Told projects done, and all; each counts twice.
        cancelled: Asked before each project.
        in_place: Whether a choice that ends a round of labeling takes the place of one of the same
            run; else another round is noted.

    Raises:
        Cancelled: `cancelled` said so; no project has changed.
        SelectionError: A project is used elsewhere, or was detected in again; none has changed.
        ProjectError: A project cannot be written; those before have taken their changes back.
    """
    total = 2 * len(videos)
    for done, video in enumerate(videos):
        if cancelled():
            raise Cancelled
        _checked(choice.pool, video)
        on_progress(done + 1, total)
    undone: list[tuple[int, tuple[SetSelection, SetSelecting]]] = []
    try:
        for done, video in enumerate(videos, len(videos)):
            if cancelled():
                raise Cancelled
            undone.append((video, _kept(choice, video, in_place)))
            on_progress(done + 1, total)
    except BaseException:
        for video, before in reversed(undone):
            with reserved([_folder(choice.pool, video)]) as [project]:
                _apply(project, before)
        raise


def _checked(pool: Pool, video: int) -> None:
    try:
        with reserved([_folder(pool, video)]) as [project]:
            _check_run(pool, video, project)
    except ProjectInUseError as error:
        raise SelectionError(
            f"{pool.videos[video].name} is open in another window or command, so nothing is "
            "selected in any video",
            mend="close it there, then select again",
        ) from error


def _check_run(pool: Pool, video: int, project: Project) -> None:
    if project.run is None or project.run.id != pool.videos[video].run:
        raise SelectionError(
            f"{pool.videos[video].name} has another run than when its frames were read, so nothing "
            "is selected in any video",
            mend="read the videos again, then select",
        )


def _kept(choice: Choice, video: int, in_place: bool) -> tuple[SetSelection, SetSelecting]:
    """Gives what takes it back."""
    with reserved([_folder(choice.pool, video)]) as [project]:
        _check_run(choice.pool, video, project)
        run = choice.pool.videos[video].run
        rounds = other_rounds(project.selecting.rounds, run) if in_place else None
        before = SetSelection(project.selection), SetSelecting(project.selecting)
        try:
            _apply(project, changes_of(choice, video, project.selecting, rounds))
        except ProjectError:
            _apply(project, before)
            raise
        return before


def _apply(project: Project, changes: tuple[SetSelection, SetSelecting]) -> None:
    for change in changes:
        project.apply(change)


def _folder(pool: Pool, video: int) -> Path:
    return pool.videos[video].project
