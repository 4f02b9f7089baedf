"""Where a project is handed over to, and which frames are chosen; nothing of it is secret."""

from dataclasses import dataclass
from typing import Literal

from core.selection.request import DEFAULT_REQUEST, SelectRequest

FlickeringValue = Literal["flagged", "graded", "tutorial"]
"""What a frame's `flickering` is for Lightly: 0.5, or 1 where the frame is flagged; 0.5 to 1 by its
graded score; or exactly what the tutorial's rule gives (0.5 or 1)."""


@dataclass(frozen=True)
class CloudPlace:
    """Buckets, the way to them, and Lightly's dataset; empty where nothing was said."""

    input: str = ""
    """`s3://bucket/prefix` that receives `data/<video>`."""
    lightly: str = ""
    """`s3://bucket/prefix` that receives `.lightly`."""
    endpoint: str = ""
    """Address of a server that speaks S3; empty for AWS."""
    region: str = ""
    profile: str = ""
    """A named profile of the AWS configuration."""
    role_arn: str = ""
    """Role that lets Lightly read the buckets."""
    external_id: str = ""
    """What Lightly says when it takes on that role."""
    dataset: str = ""
    """Its name at Lightly."""
    flickering: FlickeringValue = "flagged"


@dataclass(frozen=True)
class ScheduledRun:
    """A selection run at Lightly, as it was when it was asked for last."""

    dataset_id: str
    dataset: str
    """The dataset's name."""
    schedule_id: str
    scheduled: str
    """When, in ISO 8601."""
    state: str = "OPEN"
    """Of Lightly: OPEN until a worker has taken it; see `core.cloud.runs`."""
    message: str = ""
    run_id: str = ""
    """Empty until a worker has taken it."""


@dataclass(frozen=True)
class Handover:
    """What a project remembers of the cloud."""

    place: CloudPlace = CloudPlace()
    uploaded: str = ""
    """When all of it was uploaded last, in ISO 8601; empty for never."""
    run: ScheduledRun | None = None
    """The one scheduled last."""


@dataclass(frozen=True)
class Selection:
    """The frames that were chosen for labeling."""

    name: str
    """Of the tag, or what a person calls it."""
    source: str
    """Who chose: `lightly` or `flickerscope`."""
    frames: tuple[int, ...]
    """Ascending, each once."""


@dataclass(frozen=True)
class Round:
    """One round of labeling: what a detector violated, and which frames were chosen to mend it."""

    run: str
    """Id of the run; each round looks at a run of a newly trained detector."""
    violations: tuple[tuple[str, int], ...]
    """Kinds of assertions, and how often each was violated."""
    frames: tuple[int, ...]
    """Those chosen in this round, ascending."""


@dataclass(frozen=True)
class Selecting:
    """How frames are chosen for labeling here, and what was chosen before."""

    request: SelectRequest = DEFAULT_REQUEST
    """What was asked for last."""
    rounds: tuple[Round, ...] = ()
    """Rounds of labeling that are over, oldest first."""
    exported: tuple[int, ...] = ()
    """Frames that were handed over, ascending."""
