"""The hidden folder in which an export grows until it is whole."""

import shutil
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from core.errors import ExportError, VideoError
from core.export.base import is_inside
from core.export.manifest import MANIFEST
from core.export.plan import ExportPlan
from core.lightly.names import name_key
from core.video.identity import FileIdentity, identify

STATE = ".plan"
"""Holds the digest of what is written, in a folder that is not whole yet."""
_RESERVED = frozenset({MANIFEST, STATE})


def partial_of(out: Path) -> Path:
    """Where an export to `out` grows: a hidden folder beside it."""
    out = out.resolve()
    return out.with_name(f".{out.name}.partial")


def discard_partial(out: Path) -> None:
    """Delete what an unfinished export to `out` has left, if any."""
    shutil.rmtree(partial_of(out), ignore_errors=True)


def digest_of(plan: ExportPlan) -> str:
    """The same for the same plan of the same videos, else another one.

    Raises:
        VideoError: A video cannot be read.
    """
    found = sha256()
    for part in (plan.request, plan.format.name, plan.media, plan.labeled.class_names):
        found.update(repr(part).encode())
    for video in plan.labeled.videos:
        known = video.name, video.path, video.width, video.height, video.run, video.model
        found.update(repr((known, _identity(video.path))).encode())
        found.update(video.index.pts.tobytes())
    for frame in plan.labeled.frames:
        found.update(repr(frame).encode())
    return found.hexdigest()


def check_paths(paths: Collection[str]) -> None:
    """Make sure that files stay within the export's folder, and do not overwrite each other.

    Args:
        paths: Below the folder, with `/`.

    Raises:
        ExportError: One does not.
    """
    mend = "choose another pattern for the names of the pictures"
    seen: set[str] = set()
    for path in paths:
        if not is_inside(path) or path in _RESERVED:
            raise ExportError(f"“{path}” is no place inside the folder of an export", mend=mend)
        key = name_key(path)
        if key in seen:
            raise ExportError(f"Two files of the export would be called “{path}”", mend=mend)
        seen.add(key)


def check_target(out: Path, *, zipped: bool, overwrite: bool) -> None:
    """Make sure that nothing is lost when an export comes to `out`.

    Raises:
        ExportError: Something else is there, or an export that is to be kept.
    """
    if zipped and out.suffix.lower() != ".zip":
        raise ExportError(f"{out.name} is no name of a zip file", mend="let it end in .zip")
    if not out.exists():
        return
    if out.is_dir() == zipped:
        found = "a folder" if zipped else "a file"
        raise ExportError(f"{out} is {found}", mend="choose another place")
    if out.is_dir() and not any(out.iterdir()):
        return
    if not overwrite:
        kind = "is not empty" if out.is_dir() else "exists already"
        raise ExportError(f"{out} {kind}", mend="choose another place, or say to overwrite it")
    if not _is_export(out):
        raise ExportError(
            f"{out} is no export of this program and is left as it is",
            mend="choose another place, or delete it yourself",
        )


def begin(partial: Path, digest: str) -> bool:
    """Make the folder ready; whether it holds an unfinished export of the same plan.

    Raises:
        OSError: It cannot be written.
    """
    state = partial / STATE
    if state.is_file() and state.read_text(encoding="utf-8") == digest:
        return True
    if partial.exists():
        shutil.rmtree(partial)
    partial.mkdir(parents=True)
    state.write_text(digest, encoding="utf-8")
    return False


def clean(partial: Path, kept: Collection[Path]) -> None:
    """Delete all but some files: labels of an earlier attempt, and halves of files.

    Raises:
        OSError: One cannot be deleted.
    """
    keep = {partial / STATE, *kept}
    for path in sorted(partial.rglob("*"), reverse=True):  # what a folder holds before the folder
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in keep:
            path.unlink()


def put_in_place(made: Path, out: Path) -> None:
    """Rename what is whole to its name; an export that is there is deleted afterwards.

    Raises:
        OSError: It cannot be renamed; what was there is as it was.
    """
    if made.is_file():
        made.replace(out)
        return
    aside = out.with_name(f".{out.name}.replaced")
    if out.exists():
        shutil.rmtree(aside, ignore_errors=True)
        out.rename(aside)
    try:
        made.rename(out)
    except OSError:
        if aside.exists():
            aside.rename(out)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _identity(video: Path) -> FileIdentity:
    try:
        return identify(video)
    except OSError as error:
        raise VideoError(
            f"{video} cannot be read ({error.strerror or error})",
            mend="put it back, or say where it is now",
        ) from error


def _is_export(out: Path) -> bool:
    if out.is_dir():
        return (out / MANIFEST).is_file()
    try:
        with ZipFile(out) as file:
            return MANIFEST in file.namelist()
    except (BadZipFile, OSError):
        return False
