"""Which frame of the video a number or a file's name means.

Names: `<video>_<n>` (ultralytics), `<video>-<n>-<ext>` (Lightly), `frame_<n>` or `<n>`.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.errors import ImportedDetectionsError
from core.importing.base import ForVideo, ImportOptions

_FILE_SUFFIX = re.compile(r"\.(png|jpe?g|bmp|webp|tiff?|txt|json)$", re.IGNORECASE)
_LIGHTLY = re.compile(r"(.+)-([0-9]{1,18})-([a-z0-9]+)", re.IGNORECASE)
_VIDEO_SUFFIXES = frozenset(
    ("mp4", "m4v", "mov", "avi", "mkv", "webm", "mpg", "mpeg", "wmv", "ts", "mts", "m2ts", "3gp")
)
_DIGITS, _SEPARATORS = "0123456789", " _.-"
_MOST_DIGITS = 18
"""More are no frame number, and do not fit int64."""
_COMMON_WORD = re.compile(r"(^|[ _.-]+)(frames?|images?|img|pictures?|pic)$")


@dataclass(frozen=True)
class _Name:
    stem: str
    """What stands before the number; with Lightly's suffix, as in `highway.mp4`."""
    number: int
    folder: str
    is_lightly: bool


def frames_of_names(
    names: Sequence[str],
    video: ForVideo,
    options: ImportOptions,
    convention: int,
    where: Callable[[int], str],
) -> list[int | None]:
    """The frame that each name means; None for those of other videos.

    Names belong to the video if they begin with its name, or if no name begins with any.

    Args:
        names: File names or paths with `/`, with or without suffix.
        video: The video that they should be of.
        options: Tells the first frame's number, if a person did.
        convention: The number that the format gives to the first frame.
        where: Names the place of a name, by its position.

    Raises:
        ImportedDetectionsError: No name is of the video, one is of a frame that the video does not
            have, or two are of the same frame.
    """
    suffix = PurePosixPath(video.name).suffix.removeprefix(".").casefold()
    split = [_split(name, _VIDEO_SUFFIXES | {suffix}) for name in names]
    own = _own(split, video, where)
    numbers = [name.number for i in own if (name := split[i])]
    if any(name.is_lightly for i in own if (name := split[i])):
        convention = 0
    frames = frames_of(numbers, video, options, convention, lambda i: where(own[i]))
    result: list[int | None] = [None] * len(names)
    seen: dict[int, int] = {}
    for i, frame in zip(own, frames, strict=True):
        if frame in seen:
            raise ImportedDetectionsError(
                f"{where(seen[frame])} and {where(i)} are both of the same frame",
                mend="keep one of the two",
            )
        seen[frame] = i
        result[i] = frame
    return result


def frames_of(
    numbers: Sequence[int],
    video: ForVideo,
    options: ImportOptions,
    convention: int,
    where: Callable[[int], str],
) -> list[int]:
    """The frame that each number means, 0-based; arguments as in `frames_of_names`.

    Raises:
        ImportedDetectionsError: The video does not have such a frame.
    """
    first = first_frame(numbers, video, options, convention)
    last = first + video.frame_count - 1
    for i, number in enumerate(numbers):
        if not first <= number <= last:
            raise ImportedDetectionsError(
                f"{where(i)} is of frame {number}, but {video.name} has {video.frame_count} "
                f"frames, here numbered {first} to {last}",
                mend="give the detections of this very video; the usual cause is another video, "
                "or a copy of it with another frame rate",
            )
    return [number - first for number in numbers]


def first_frame(
    numbers: Sequence[int], video: ForVideo, options: ImportOptions, convention: int
) -> int:
    """The number of the first frame: as a person says, as the numbers show, or by convention."""
    if options.first_frame is not None:
        return options.first_frame
    if 0 in numbers:
        return 0
    return 1 if video.frame_count in numbers else convention


def _split(name: str, video_suffixes: frozenset[str]) -> _Name | None:
    path = PurePosixPath(name.replace("\\", "/"))
    stem = _FILE_SUFFIX.sub("", path.name)
    lightly = _LIGHTLY.fullmatch(stem)
    if lightly and lightly[3].casefold() in video_suffixes:
        return _Name(f"{lightly[1]}.{lightly[3]}", int(lightly[2]), path.parent.name, True)
    head = stem.rstrip(_DIGITS)
    digits = stem[len(head) :]
    if not 0 < len(digits) <= _MOST_DIGITS:
        return None
    return _Name(head.rstrip(_SEPARATORS), int(digits), path.parent.name, False)


def _own(names: Sequence[_Name | None], video: ForVideo, where: Callable[[int], str]) -> list[int]:
    """Positions of the names that are of the video."""
    stem = PurePosixPath(video.name).stem
    known = {_key(stem), _key(video.name), _key(video.name.replace(".", "_"))}
    own = [i for i, name in enumerate(names) if name is not None and _is_of(name, known)]
    if own:
        return own
    for i, name in enumerate(names):
        if name is None:
            raise ImportedDetectionsError(
                f"{where(i)} has no frame number in its name",
                mend=f"give only names that end in the frame, such as {stem}_12",
            )
        if _without_word(_key(name.stem)):
            raise ImportedDetectionsError(
                f"{where(i)} is of {name.stem!r}, not of {stem!r} ({video.name})",
                mend="give the detections of this video, or rename the files after it",
            )
    return list(range(len(names)))


def _is_of(name: _Name, known: set[str]) -> bool:
    key = _key(name.stem)
    bare = _without_word(key)
    return key in known or bare in known or (not bare and _key(name.folder) in known)


def _without_word(key: str) -> str:
    return _COMMON_WORD.sub("", key)


def _key(stem: str) -> str:
    # File systems change case and the composition of accents.
    return unicodedata.normalize("NFC", stem).casefold().strip(_SEPARATORS)
