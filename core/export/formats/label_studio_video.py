"""Label Studio, video: a task a video, its tracks as predictions of the type `videorectangle`.

Frames count from 1, and a box's time is its frame divided by the frame rate, as Label Studio has
it. It draws straight lines between the boxes of a sequence, so only those are written without
which this would be off by more than half a pixel. A box that is not `enabled` is the last one
before a gap.
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

from core.export.base import VIDEOS, ExportVideo, Format, Labeled
from core.export.formats import label_studio_common as common
from core.export.keyframes import keyframes
from core.export.labeled_tracks import LabeledTrack, Seen, labeled_tracks
from core.export.xml_text import legal
from core.prelabels import Source


def write_label_studio_video(folder: Path, labeled: Labeled) -> None:
    """Write `tasks.json` and `label_config.xml`; see `core.export.base.FormatWriter`."""
    common.write_tasks(folder, (_task(at, labeled) for at in range(len(labeled.videos))))
    view = (
        '  <Video name="video" value="$video" frameRate="$fps"/>\n'
        '  <VideoRectangle name="box" toName="video"/>\n'
        '  <Labels name="label" toName="video">\n'
        f"{common.label_elements(labeled)}  </Labels>\n"
    )
    common.write_config(folder, VIDEOS, view)


def _task(at: int, labeled: Labeled) -> dict[str, Any]:
    video = labeled.videos[at]
    data = {
        "video": common.url(video.copy_path),
        "fps": float(video.index.rate),
    }
    regions = [
        _region(number, track, video)
        for number, track in enumerate(labeled_tracks(labeled.of_video(at)))
    ]
    return common.task(data, video.model, regions)


def _region(number: int, track: LabeledTrack, video: ExportVideo) -> common.Region:
    return {
        "id": f"track-{number}",
        "type": "videorectangle",
        "from_name": "box",
        "to_name": "video",
        "value": {
            "framesCount": len(video.index),
            "duration": video.index.duration,
            "sequence": [
                _key(run[at], video, enabled=at < len(run) - 1)
                for run in track.runs()
                for at in keyframes(run)
            ],
            "labels": [legal(track.class_name)],
        },
        "score": round(track.score, 4),
        "meta": _meta(track),
    }


def _meta(track: LabeledTrack) -> dict[str, Any]:
    """The track, and as text in which frames its boxes are not the model's."""
    frames = defaultdict(list)
    for seen in track.boxes:
        frames[seen.prelabel.source].append(str(seen.number + 1))
    text = [
        f"{source}: {', '.join(found)}"
        for source, found in frames.items()
        if source is not Source.MODEL
    ]
    number = track.boxes[0].prelabel.track
    return {"text": text} | ({"track": number} if number >= 0 else {})


def _key(seen: Seen, video: ExportVideo, enabled: bool) -> dict[str, Any]:
    prelabel = seen.prelabel
    return {
        "frame": seen.number + 1,
        "time": (seen.number + 1) / float(video.index.rate),
        "enabled": enabled,
        **common.percent(prelabel, video.width, video.height),
        "score": round(prelabel.score, 4),
        "source": prelabel.source.value,
        "kind": prelabel.kind,
    }


LABEL_STUDIO_VIDEO = Format(
    "label-studio-video",
    "Label Studio, video",
    write_label_studio_video,
    media=("video", "none"),
    about=(
        "Label Studio imports tasks.json into a project with label_config.xml, which tells how; "
        "between the boxes that are written, boxes may be off by half a pixel, and have no score; "
        "it plays videos at one frame rate only."
    ),
)
