"""Whether a request can be met at all, whatever the videos hold."""

from collections.abc import Sequence
from pathlib import Path

from core.errors import ExportError
from core.export.base import Format, LabeledFrame, Media, is_inside
from core.export.names import check_pattern
from core.export.registry import formats
from core.export.request import EXTRAS, PICTURE_KINDS, SPLITS, ExportRequest
from core.export.scopes import SCOPES
from core.lightly.names import name_key

MEDIA_WORDS: dict[Media, str] = {
    "frames": "pictures",
    "video": "whole videos",
    "none": "labels alone",
}


def check_request(request: ExportRequest) -> Format:
    """The format that is asked for, if the rest fits to it.

    Raises:
        ExportError: Something does not; see `core.export.request.ExportRequest`.
    """
    _one_of("format", request.format, tuple(formats()))
    _one_of("scope", request.scope, SCOPES)
    _one_of("kind of picture", request.picture, PICTURE_KINDS)
    _one_of("way to split", request.split_by, SPLITS)
    for extra in request.extras:
        _one_of("extra", extra, EXTRAS)
    _within("Every n-th frame", request.every, 1)
    _within("The number of neighbours", request.neighbours, 0)
    _within("The least score", request.min_score, 0, 1)
    _within("The quality of pictures", request.quality, 1, 100)
    if not 0 <= request.val < 1:
        raise ExportError(
            f"The share for validation is {request.val:g}", mend="give one from 0 to less than 1"
        )
    if request.range is not None and not len(request.range):
        raise ExportError(
            f"The range {request.range.start}:{request.range.stop} holds no frame",
            mend="let it end after it begins",
        )
    check_pattern(request.names)
    format_ = formats()[request.format]
    media = media_of(request, format_)
    if media == "video" and request.val and request.split_by == "time":
        raise ExportError(
            "Whole videos cannot be split by time", mend="split by video, or export frames"
        )
    return format_


def media_of(request: ExportRequest, format_: Format) -> Media:
    """What goes with the labels.

    Raises:
        ExportError: It does not go with the format.
    """
    media = request.media or format_.media[0]
    if media not in format_.media:
        raise ExportError(
            f"{format_.title} does not go with {MEDIA_WORDS.get(media, media)}",
            mend=f"take {said_media(format_)}, or another format",
        )
    return media


def said_media(format_: Format) -> str:
    """What can go with the labels, in words."""
    return " or ".join(MEDIA_WORDS[media] for media in format_.media)


def check_videos(paths: Sequence[Path]) -> None:
    """Make sure that there are videos, each once.

    Raises:
        ExportError: There is none, or one is there twice.
    """
    if not paths:
        raise ExportError("There is no video to export", mend="give at least one project")
    seen: set[Path] = set()
    for path in map(Path.absolute, paths):
        if path in seen:
            raise ExportError(f"The video {path} is there twice", mend="give each project once")
        seen.add(path)


def check_paths(frames: Sequence[LabeledFrame], format_: Format) -> None:
    """Make sure that each picture has a place of its own inside the export.

    Raises:
        ExportError: The format puts one outside, or two at the same place.
    """
    seen: set[str] = set()
    mend = "take another format, or mend the package that brings this one"
    for frame in frames:
        if not is_inside(frame.path):
            raise ExportError(
                f"{format_.title} puts a picture at “{frame.path}”, outside of the export",
                mend=mend,
            )
        key = name_key(frame.path)
        if key in seen:
            raise ExportError(f"{format_.title} puts two pictures at “{frame.path}”", mend=mend)
        seen.add(key)


def _one_of(what: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise ExportError(
            f"The {what} “{value}” is unknown", mend=f"choose one of {', '.join(allowed)}"
        )


def _within(what: str, value: float, least: float, most: float | None = None) -> None:
    if not least <= value or (most is not None and value > most):
        upper = f"to {most:g}" if most is not None else "upwards"
        raise ExportError(f"{what} is {value:g}", mend=f"give a number from {least:g} {upper}")
