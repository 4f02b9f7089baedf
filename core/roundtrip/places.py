"""Which frame of the video a picture's name or number means in finished labels."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from core.errors import LabelsError
from core.export.manifest import HandedVideo, Manifest
from core.importing.base import ForVideo
from core.lightly.names import frame_of_name

_SUFFIX = re.compile(r"\.(png|jpe?g|bmp|webp|tiff?|txt)$", re.IGNORECASE)
_UPLOADED = re.compile(r"[0-9a-f]{8}-(.+)")
"""Label Studio puts eight digits before the name of what was uploaded."""


class Places:
    """How finished labels lead to the frames of one video.

    Args:
        path: The video.
        video: The same, as labels must fit it.
        manifest: Of the export; None for pictures that are called as Lightly calls frames.
        own: Place of the video in it.
    """

    def __init__(
        self, path: Path, video: ForVideo, manifest: Manifest | None = None, own: int = 0
    ) -> None:
        self.video = video
        self.manifest = manifest
        self.own = own
        self._path = path
        self._known: dict[str, int | None] = {}
        self._numbers: dict[int, int] = {}
        for each in manifest.frames if manifest is not None else ():
            is_own = each.video == own
            if is_own:
                self._numbers[each.number] = each.frame
            for end in _ends(each.path):
                # Of two pictures of one name, neither is meant by it.
                known = is_own and end not in self._known
                self._known[end] = each.frame if known else None

    def frame_of(self, name: str) -> int | None:
        """The frame that a picture shows, or None for one of another video.

        Args:
            name: Its file name or path, with or without suffix, whatever its case.
        """
        uploaded = _UPLOADED.fullmatch(PurePosixPath(name).name)
        found = self._frame_of(name)
        return self._frame_of(uploaded[1]) if found is None and uploaded else found

    def frames_of(self, numbers: range | None) -> Mapping[int, int]:
        """Frames by the number that annotators know them by.

        Args:
            numbers: Those of the task; None where it does not say.

        Raises:
            LabelsError: Without a manifest they could mean anything.
        """
        count = self.video.frame_count
        if self.manifest is not None:
            known = self._numbers
        elif numbers is None or numbers == range(count):
            known = {number: number for number in range(count)}
        else:
            raise LabelsError(
                f"The task has {len(numbers):,} frames and {self.video.name} has {count:,}, so "
                "nothing says which is which",
                mend="give the folder that was exported, too",
            )
        return {n: frame for n, frame in known.items() if numbers is None or n in numbers}

    def is_of_another(self, names: Iterable[str]) -> bool:
        """Whether labels that are called so are of another video of the export."""
        if self.manifest is None:
            return False
        called, videos = {_bare(name) for name in names}, self.manifest.videos
        # No two videos of an export have one name; their files may.
        by_name = {at for at, video in enumerate(videos) if _bare(video.name) in called}
        by_file = {at for at, video in enumerate(videos) if called & _of_file(video)}
        found = by_name or by_file
        return bool(found) and self.own not in found

    def check_size(self, width: float, height: float, where: str) -> None:
        """Make sure that labels were made on pictures of the video's size.

        Raises:
            LabelsError: They were not.
        """
        if (width, height) != (self.video.width, self.video.height):
            raise LabelsError(
                f"{where} is {width:g} × {height:g} px, but {self.video.name} is "
                f"{self.video.width} × {self.video.height}",
                mend="give labels that were made on the exported pictures",
            )

    def _frame_of(self, name: str) -> int | None:
        if self.manifest is None:
            stem = _SUFFIX.sub("", PurePosixPath(name).name)
            return frame_of_name(f"{stem}.png", self._path, self.video.frame_count)
        return next((self._known[end] for end in _ends(name) if end in self._known), None)


def places_of(
    path: Path, video: ForVideo, runs: Iterable[str], manifest: Manifest | None
) -> Places:
    """The way to the frames of a video.

    Args:
        path: The video.
        video: The same, as labels must fit it.
        runs: Ids of the project's runs.
        manifest: Of the export, if there is one.

    Raises:
        LabelsError: The export is of other videos.
    """
    if manifest is None:
        return Places(path, video)
    videos, known = manifest.videos, set(runs)
    by_run = [at for at, each in enumerate(videos) if each.run in known]
    by_name = [
        at
        for at, each in enumerate(videos)
        if (each.file_name, each.frame_count) == (path.name, video.frame_count)
    ]
    own = next(iter(by_run + by_name), None)
    if own is None:
        others = ", ".join(each.file_name for each in videos)
        raise LabelsError(
            f"The export holds {others or 'no video'}, not {path.name}",
            mend="open the project that was exported, or give the folder of its own export",
        )
    return Places(path, video, manifest, own)


def _ends(name: str) -> list[str]:
    """All that a path may have become on its way, the longest first."""
    whole = unicodedata.normalize("NFC", _SUFFIX.sub("", name.replace("\\", "/"))).casefold()
    parts = whole.strip("/").split("/")
    return ["/".join(parts[at:]) for at in range(len(parts))]


def _of_file(video: HandedVideo) -> set[str]:
    return {_bare(video.file_name), _bare(PurePosixPath(video.file_name).stem)}


def _bare(name: str) -> str:
    last = PurePosixPath(name.replace("\\", "/")).name
    return unicodedata.normalize("NFC", last).casefold()
