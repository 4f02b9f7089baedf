"""Frame indices on disk, so that a video is demuxed once."""

import logging
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.frames import FrameIndex, PacketOrder
from core.paths import write_atomically
from core.video.identity import FileIdentity

log = logging.getLogger(__name__)

_VERSION = 1
"""Of the way in which frames are found, too: an index made by older rules is made anew."""


def index_file(folder: Path, identity: FileIdentity) -> Path:
    """Where the index of a video lies below a folder."""
    return folder / f"{identity.digest[:16]}.npz"


def save_index(folder: Path, identity: FileIdentity, index: FrameIndex) -> None:
    """Keep an index; a failure costs only time at the next opening, so it is logged and no more."""
    columns: dict[str, NDArray[np.generic]] = {
        "version": np.array(_VERSION),
        "identity": np.array([identity.size, identity.mtime_ns], np.int64),
        "digest": np.array(identity.digest),
        "pts": index.pts,
        "keyframes": index.keyframes,
        "time_base": np.array(index.time_base.as_integer_ratio(), np.int64),
    }
    if index.packets is not None:
        columns["number"] = index.packets.number
        if index.packets.dts is not None:
            columns["dts"] = index.packets.dts

    def write(path: Path) -> None:
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, **columns)

    try:
        folder.mkdir(exist_ok=True)
        write_atomically(index_file(folder, identity), write)
    except OSError:
        log.warning("the frame index could not be saved in %s", folder, exc_info=True)


@dataclass(frozen=True, eq=False)
class StoredIndex:
    """An index as it was saved, and the file that it was made from."""

    identity: FileIdentity
    index: FrameIndex


def load_index(folder: Path, identity: FileIdentity) -> StoredIndex | None:
    """The index saved for a file of this size with these ends, or None.

    It holds for the file as it is now only where the time of its last change is the same, too.
    """
    path = index_file(folder, identity)
    if not path.exists():
        return None
    try:
        # A file that np.load itself opens stays open when its content is damaged.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
            if int(saved["version"]) != _VERSION:
                return None
            size, mtime_ns = saved["identity"].tolist()
            made_from = FileIdentity(size, mtime_ns, str(saved["digest"]))
            index = FrameIndex(
                saved["pts"], saved["keyframes"], Fraction(*saved["time_base"].tolist()),
                _packets(saved),
            )  # fmt: skip
    except Exception:
        # A broken byte can lead zipfile and numpy to raise anything at all.
        log.warning("the frame index %s is damaged; the video is demuxed again", path)
        return None
    return StoredIndex(made_from, index) if made_from.same_content(identity) else None


def _packets(saved: "np.lib.npyio.NpzFile") -> PacketOrder | None:
    if "number" not in saved:
        return None
    return PacketOrder(saved["number"], saved.get("dts"))
