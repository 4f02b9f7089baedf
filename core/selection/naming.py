"""What videos and their frames are called among others, and which one is meant by a name."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

from core.lightly.names import frame_name, frame_of_name, name_key
from core.selection.request import FrameId


def told_apart(paths: Sequence[Path]) -> list[str]:
    """The names of some files or folders, with as few folders before them as tell equal ones apart.

    Names that some file system does not keep apart are equal. A path that is there twice is called
    the same both times.
    """
    found = [path.name for path in paths]
    left = list(range(len(paths)))
    depth = 1
    while left:
        groups: dict[str, list[int]] = defaultdict(list)
        for at in left:
            found[at] = PurePath(*paths[at].parts[-depth:]).as_posix()
            groups[name_key(found[at])].append(at)
        alike = [group for group in groups.values() if len(group) > 1]
        left = [at for group in alike for at in group if len(paths[at].parts) > depth]
        depth += 1
    return found


def tails(path: Path) -> list[str]:
    """What a person may call a file or folder: its name, without suffix or with it, and the same
    with folders before it, the shortest first."""
    whole = path.parts
    return [
        PurePath(*whole[-depth:-1], name).as_posix()
        for depth in range(1, len(whole) + 1)
        for name in (path.stem, path.name)
    ]


def named_frame(video: str, path: Path, frame: int, frame_count: int) -> str:
    """What a frame is called in lists: as Lightly does, below the folders that its video is named
    with, if there are any.

    Args:
        video: What the video is called.
        path: Where it is.
        frame: Index of the frame.
        frame_count: Of the whole video.
    """
    return (PurePosixPath(video).parent / frame_name(path, frame, frame_count)).as_posix()


class FrameNames:
    """Which frame the file name of one means.

    Args:
        videos: Where each video is, and how many frames it has.
    """

    def __init__(self, videos: Sequence[tuple[Path, int]]) -> None:
        self._videos = videos
        self._by_stem: dict[str, list[int]] = defaultdict(list)
        for number, (path, _) in enumerate(videos):
            self._by_stem[path.stem].append(number)

    def find(self, name: str) -> list[FrameId]:
        """The frames that a file name, with any folders before it, may stand for.

        Where videos have one name, those are meant whose folders end as the ones before it do.
        """
        for kind in (PurePosixPath, PureWindowsPath):
            parts = kind(name).parts
            found = self._of_bare(parts[-1]) if parts else []
            if found:
                return self._nearest(found, parts[:-1])
        return []

    def _of_bare(self, name: str) -> list[FrameId]:
        found = []
        for number in self._candidates(name):
            frame = frame_of_name(name, *self._videos[number])
            if frame is not None:
                found.append(FrameId(number, frame))
        return found

    def _candidates(self, name: str) -> list[int]:
        """Videos with whose name it begins: to try all of thousands for each line takes minutes."""
        ends = [at for at, sign in enumerate(name) if sign == "-"]
        return [number for end in ends for number in self._by_stem.get(name[:end], ())]

    def _nearest(self, found: list[FrameId], folders: Sequence[str]) -> list[FrameId]:
        if len(found) == 1:
            return found
        shared = [_shared(self._videos[each.video][0].parts[:-1], folders) for each in found]
        return [each for each, its in zip(found, shared, strict=True) if its == max(shared)]


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many folders at the end of both are the same."""
    for count, (its, others) in enumerate(zip(reversed(one), reversed(other), strict=False)):
        if its != others:
            return count
    return min(len(one), len(other))
