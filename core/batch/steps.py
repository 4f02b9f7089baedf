"""The steps of a batch, what they give, and what is told meanwhile: plain data for any engine.

A short video is one step: `Begin` gives its `Outcome`. A long one is several: `Begin` gives its
`Divided` ranges, each of which becomes a `Detect` that gives a `Part`, and when all are there a
`Finish` gives the outcome. Every step can be done again, by anybody, and then gives the same.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

from core.batch.request import BatchRequest
from core.cloud.address import S3Way
from core.frames import FrameRange

State = Literal["done", "failed"]
AWS = S3Way()


@dataclass(frozen=True)
class Item:
    """One video of a batch."""

    key: str
    """16 hexadecimal digits that stand for its content: copies have the same."""
    name: str
    """What its results are called: a relative path without suffix, as `north/cam3`; unique."""
    source: str
    """Where it is: an absolute path, or `s3://bucket/key`."""
    bytes: int


@dataclass(frozen=True)
class Work:
    """What every step of a batch needs to know; nothing of it is secret."""

    request: BatchRequest
    out: str
    """Where results go: an absolute folder that every worker sees, or `s3://bucket/prefix`."""
    way: S3Way = AWS
    """To the S3 server."""
    longest: int | None = None
    """A video of more frames is divided at keyframes into parts of about so many; None: never."""
    stream: bool = False
    """Whether videos in S3 are read piece by piece, and not fetched first."""
    keep_videos: bool = True
    """Whether videos that were fetched from S3 stay beside results that go to a folder."""
    cores: int | None = None
    """How many each worker may use; None for all."""


@dataclass(frozen=True)
class Begin:
    """All of a short video; what there is to do of a long one."""

    item: Item


@dataclass(frozen=True)
class Detect:
    """Detect in one range of a long video."""

    item: Item
    frames: FrameRange


@dataclass(frozen=True)
class Finish:
    """Join the parts of a long video, and do the rest."""

    item: Item
    parts: tuple[FrameRange, ...]
    """Ascending, without gaps."""
    seconds: float = 0.0
    """That its earlier steps have taken."""
    notices: tuple[str, ...] = ()
    """What these have told."""


Step = Begin | Detect | Finish


@dataclass(frozen=True)
class Divided:
    """A long video is to be done in parts."""

    item: Item
    ranges: tuple[FrameRange, ...]
    seconds: float


@dataclass(frozen=True)
class Part:
    """What was detected in a range lies at the place."""

    item: Item
    frames: FrameRange
    seconds: float
    notices: tuple[str, ...] = ()
    """What a person should know of."""


@dataclass(frozen=True)
class Outcome:
    """What became of a video: kept at the place as `outcomes/<key>.json`, written last."""

    item: Item
    state: State
    reason: str = ""
    """Why it failed: a sentence."""
    project: str = ""
    """Relative to the place."""
    export: str = ""
    """Relative to the place; empty where nothing was exported."""
    counts: Mapping[str, int] | None = None
    """frames, detections, flagged_frames, imputed_boxes, selected, exported, prelabels."""
    notices: tuple[str, ...] = ()
    seconds: float = 0.0
    """Of work, on all workers together."""

    def to_json(self) -> dict[str, Any]:
        """As JSON has it; `from_json` reads it."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Outcome":
        """What `to_json` gave."""
        values = dict(found)
        values["item"] = Item(**found["item"])
        values["notices"] = tuple(found["notices"])
        return cls(**values)


Result = Divided | Part | Outcome


@dataclass(frozen=True)
class Told:
    """How far a worker is."""

    worker: str
    """What people call it: `1`, `2`; on a cluster the node and process."""
    pid: int
    name: str
    """Of the item; empty when the worker is idle."""
    stage: str = ""
    done: int = 0
    total: int = 0
    fps: float | None = None


class Tell(Protocol):
    """Told how far a step is; as `core.headless.Report`."""

    def __call__(
        self,
        stage: str,
        done: int,
        total: int,
        fps: float | None = None,
        *,
        unit: Literal["items", "bytes"] = "items",
    ) -> None: ...
