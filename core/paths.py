"""The program's own folders, and writing into any folder so that nothing is ever half there."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EEXIST, ENOTDIR
from hashlib import sha256
from itertools import count
from pathlib import Path

from platformdirs import PlatformDirs

HOME_VARIABLE = "FLICKERSCOPE_HOME"
"""Environment variable that puts all of the program's own folders below one place."""

VIDEO_SUFFIXES = (
    ".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".ts", ".m2ts", ".mpg", ".mpeg", ".h264"
)  # fmt: skip
"""Of files that are taken for videos where a person names a folder."""

DATABASE = "project.sqlite"
"""Lies in every project, and makes a folder one."""

_DIRS = PlatformDirs("flickerscope", appauthor=False)


@dataclass(frozen=True)
class ProxyPlace:
    """Where small copies of videos for scrubbing go."""

    folder: Path
    limit: int
    """Bytes that all of them may take together."""


def models_dir() -> Path:
    """Downloaded weights."""
    return _own("models", _DIRS.user_cache_path)


def vendor_dir() -> Path:
    """Settings and caches that libraries insist on writing."""
    return _own("vendor", _DIRS.user_cache_path)


def logs_dir() -> Path:
    """Log files."""
    return _own("logs", _DIRS.user_log_path)


def settings_file() -> Path:
    """The person's settings."""
    return _own("settings", _DIRS.user_config_path) / "settings.json"


def projects_dir() -> Path:
    """Projects for which the person chose no place."""
    return _own("projects", _DIRS.user_data_path)


def proxies_dir() -> Path:
    """Small copies of videos for scrubbing, which can be deleted at any time."""
    return _own("proxies", _DIRS.user_cache_path)


def default_project_dir(video: Path) -> Path:
    """Where the project of a video lies unless the person says otherwise.

    The same video always leads to the same folder, and nothing is written beside the video.
    """
    where = sha256(str(video.resolve()).encode()).hexdigest()[:8]
    return projects_dir() / f"{project_stem(video)}-{where}.flickerscope"


def project_stem(video: Path) -> str:
    """The video's name as a folder name that every system accepts."""
    return re.sub(r"[^\w.-]+", "_", video.stem).strip("._")[:80] or "video"


def free_folder(wanted: Path) -> Path:
    """The first of `wanted`, `wanted-2`, `wanted-3`, ... that does not exist."""
    names = (wanted if n == 1 else wanted.with_name(f"{wanted.name}-{n}") for n in count(1))
    return next(folder for folder in names if not folder.exists())


def check_new(target: Path) -> None:
    """Make sure that a folder can be made without touching anything that is there.

    Raises:
        FileExistsError: `target` exists and is not an empty folder.
        NotADirectoryError: It would lie below a file.
    """
    above = next(parent for parent in target.absolute().parents if parent.exists())
    if not above.is_dir():
        raise NotADirectoryError(ENOTDIR, f"{above} is not a folder", str(target))
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileExistsError(EEXIST, "it exists already and is not an empty folder", str(target))


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `target` when the block ends well and vanishes otherwise.

    Raises:
        OSError: The folder cannot be made; see also `check_new`.
    """
    target = target.resolve()  # "." has no name
    check_new(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        partial.chmod(0o755)
        yield partial
        if target.exists():
            target.rmdir()
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_atomically(path: Path, write: Callable[[Path], None], mode: int = 0o644) -> None:
    """Let `write` fill a temporary file beside `path`, then put it in place in one step.

    Raises:
        OSError: The folder cannot be written; `path` is as it was.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text_atomically(path: Path, text: str) -> None:
    """As `write_atomically`, for a text in UTF-8."""
    write_atomically(path, lambda temporary: _write_text(temporary, text))


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _own(kind: str, standard: Path) -> Path:
    home = os.environ.get(HOME_VARIABLE)
    folder = Path(home) / kind if home else standard / kind
    folder.mkdir(parents=True, exist_ok=True)
    return folder
