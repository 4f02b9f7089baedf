"""Names that every system takes: of videos, and of the pictures in an export.

Names stay as they are wherever they can, spaces and signs of all scripts included. Changed are only
those that some system refuses, hides, or takes for a path, an option or a device.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import count
from pathlib import Path
from string import Formatter

from core.errors import ExportError
from core.frames import FrameIndex
from core.lightly.names import name_key

FIELDS = ("video", "frame", "ext", "seconds")
"""What a pattern can hold."""
MOST_BYTES = 200
"""Of a name in UTF-8: most systems take 255 for a file, which has a suffix, and one more while it
is written; Windows takes 260 signs for a whole path."""

_PLAIN = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_ .,+=@#()\[\]-]{0,160}[A-Za-z0-9_)\]-])?")
"""Names that are plainly safe, unless they are a device's."""
_DEVICE = re.compile(
    r"(con|prn|aux|nul|clock\$|conin\$|conout\$|(com|lpt)[0-9¹²³])[ ]*(\..*)?", re.IGNORECASE
)
"""Windows opens a device under these names, whatever suffix follows."""
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_HEX = 8


def safe_name(name: str) -> str:
    """The name as a file or folder can have it on every system; safe ones stay as they are.

    Signs of control, of direction, unassigned and half ones, those that Windows forbids, and a dot
    or dash at the start become `_`; blanks around it and dots at the end fall away; a device's name
    gets a `_` before it; what is too long is cut in its middle, with a digest of the whole there.
    """
    if _PLAIN.fullmatch(name) and not _DEVICE.fullmatch(name):
        return name
    text = unicodedata.normalize("NFC", _FORBIDDEN.sub("_", "".join(map(_shown, name))))
    text = _trimmed(text)
    if text[:1] in (".", "-"):
        text = _trimmed(f"_{text[1:]}")
    if _DEVICE.fullmatch(text):
        text = f"_{text}"
    return _shortened(text) or "_"


def unique_names(names: Iterable[str]) -> list[str]:
    """The names made safe and told apart, on systems too that know no case.

    The first of equal ones stays; the others get the first free number: `-2`, `-3`, ...
    """
    safe = [safe_name(name) for name in names]
    taken, found = {name_key(name) for name in safe}, list[str]()
    seen = set[str]()
    for name in safe:
        if name_key(name) in seen:
            name = next(each for each in _numbered(name) if name_key(each) not in taken)
            taken.add(name_key(name))
        seen.add(name_key(name))
        found.append(name)
    return found


def picture_names(
    pattern: str, videos: Sequence[tuple[Path, str, FrameIndex]], frames: Sequence[Sequence[int]]
) -> list[list[str]]:
    """What pictures are called, without suffix: by the pattern, safe, each unlike all others.

    Args:
        pattern: A text with some of `FIELDS` in braces.
        videos: Of each video its path, its name in the export, and its frames.
        frames: The frames of each video that get a name, ascending.

    Raises:
        ExportError: The pattern cannot serve.
    """
    check_pattern(pattern, len(videos))
    stems, seen = list[list[str]](), set[str]()
    for (path, name, index), chosen in zip(videos, frames, strict=True):
        ext = path.suffix.lstrip(".")
        alike = name_key(safe_name(pattern.format(video=path.stem, frame=0, ext=ext, seconds=0)))
        # Of videos whose pictures would be called alike, all but the first go by their own names.
        stems.append(_names(pattern, name if alike in seen else path.stem, ext, index, chosen))
        seen.add(alike)
    unique = iter(unique_names(stem for each in stems for stem in each))
    return [[next(unique) for _ in each] for each in stems]


def check_pattern(pattern: str, videos: int = 1) -> None:
    """Make sure that a pattern can name the pictures of so many videos.

    Raises:
        ExportError: It is empty, holds something unknown, or cannot tell pictures apart.
    """
    known = ", ".join(f"{{{field}}}" for field in FIELDS)
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError as error:
        raise ExportError(
            f"The pattern of names “{pattern}” cannot be read ({error})",
            mend=f"use {known}, and {{{{ for a brace",
        ) from error
    used = set()
    for text, field, spec, conversion in parts:
        if "/" in text or "\\" in text:
            raise ExportError(
                f"The pattern of names “{pattern}” holds a path", mend="leave / and \\ out"
            )
        if field is not None and (field not in FIELDS or spec or conversion):
            raise ExportError(
                f"The pattern of names “{pattern}” holds something else than {known}",
                mend="use these as they are",
            )
        used.add(field)
    if not used & {"frame", "seconds"}:
        raise ExportError(
            f"The pattern of names “{pattern}” gives all frames the same name",
            mend="put {frame} into it",
        )
    if videos > 1 and "video" not in used:
        raise ExportError(
            f"The pattern of names “{pattern}” gives frames of {videos} videos the same names",
            mend="put {video} into it",
        )


def _names(
    pattern: str, video: str, ext: str, index: FrameIndex, frames: Sequence[int]
) -> list[str]:
    seconds = index.timestamps()
    digits, whole = len(str(len(index))), len(f"{seconds[-1]:.3f}")
    return [
        safe_name(
            pattern.format(
                video=video,
                frame=str(frame).zfill(digits),
                ext=ext,
                seconds=f"{seconds[frame]:0{whole}.3f}",
            )
        )
        for frame in frames
    ]


def _numbered(name: str) -> Iterator[str]:
    return (safe_name(f"{name}-{number}") for number in count(2))


def _shown(sign: str) -> str:
    kind = unicodedata.category(sign)
    return "_" if kind[0] == "C" or kind in ("Zl", "Zp") else sign


def _trimmed(text: str) -> str:
    while text != (text := text.strip().rstrip(".")):
        pass
    return text


def _shortened(text: str) -> str:
    """The same, or its start, a digest of it and its end, where it is too long."""
    if len(text.encode()) <= MOST_BYTES:
        return text
    digest = sha256(text.encode()).hexdigest()[:_HEX]
    room = MOST_BYTES - _HEX - 2
    tail = _within(text[::-1], room // 3)[::-1]
    head = _within(text, room - len(tail.encode()))
    return f"{head.rstrip()}~{digest}~{tail}"


def _within(text: str, room: int) -> str:
    """The start of a text that has at most so many bytes."""
    return text.encode()[:room].decode(errors="ignore")
