"""Tags of a dataset at Lightly: the frames that its selections chose."""

from collections.abc import Callable

from core.cloud.lightly import ask, client, never
from core.cloud.signed import SignedFrame
from core.errors import CloudError
from core.project.handover import ScheduledRun


def tags(of: ScheduledRun | str, cancelled: Callable[[], bool] = never) -> list[str]:
    """Names of a dataset's tags, newest first.

    Args:
        of: A run, or the id of a dataset.
        cancelled: Whether to stop.

    Raises:
        CloudError: Lightly refuses, or is out of reach.
    """
    api = client(of if isinstance(of, str) else of.dataset_id)
    found = ask(api.get_all_tags, cancelled)
    return [tag.name for tag in sorted(found, key=lambda tag: -tag.created_at)]


def tagged(dataset_id: str, tag: str, cancelled: Callable[[], bool] = never) -> list[SignedFrame]:
    """The frames of a tag, each with an address to read it.

    Raises:
        CloudError: There is no such tag, or Lightly refuses, or is out of reach.
    """
    known = tags(dataset_id, cancelled)
    if tag not in known:
        there_are = f"choose from {', '.join(known)}" if known else "wait for a run to be done"
        raise CloudError(f"Lightly's dataset has no tag {tag!r}", mend=there_are)
    api = client(dataset_id)
    rows = ask(lambda: api.export_filenames_and_read_urls_by_tag_name(tag), cancelled)
    # An empty tag is one empty line.
    return [
        SignedFrame(row["fileName"], row["readUrl"], row["datasourceUrl"])
        for row in rows
        if row["fileName"]
    ]
