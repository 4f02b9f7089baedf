"""CVAT for video 1.1: one XML file a video, with tracks.

Every box is written, but CVAT takes only keyframes and draws straight lines between them; so few
boxes are keyframes that this is off by at most half a pixel. An `outside` box closes a gap and the
end of a track. A box carries its score, source, track and kind as attributes, which CVAT keeps
where the task was made with `labels.json`.
"""

from collections.abc import Iterator
from pathlib import Path

from core.export.base import IMAGES, Format, Labeled, PictureName
from core.export.formats import cvat_xml as cvat
from core.export.keyframes import keyframes
from core.export.labeled_tracks import LabeledTrack, Seen, labeled_tracks
from core.export.xml_text import in_tag, in_text


def write_cvat_video(folder: Path, labeled: Labeled) -> None:
    """Write `<video>.xml` and `labels.json`; see `core.export.base.FormatWriter`."""
    for at, video in enumerate(labeled.videos):
        frames = labeled.of_video(at)
        size = len(frames) if labeled.media == "frames" else len(video.index)
        more = (
            f"<original_size>\n<width>{video.width}</width>\n<height>{video.height}</height>\n"
            f"</original_size>\n<source>{in_text(video.path.name)}</source>\n"
        )
        with (folder / f"{video.name}.xml").open("w", encoding="utf-8", newline="\n") as file:
            file.write(
                cvat.head(labeled, name=video.name, size=size, mode="interpolation", more=more)
            )
            for number, track in enumerate(labeled_tracks(frames)):
                file.writelines(_track(number, track, size))
            file.write("</annotations>\n")
    cvat.write_labels(folder, labeled)


def _track(number: int, track: LabeledTrack, size: int) -> Iterator[str]:
    source = cvat.origin(track.boxes[0].prelabel.source)
    yield f'<track id="{number}" label={in_tag(track.class_name)} source="{source}">\n'
    for run in track.runs():
        keys = set(keyframes(run))
        for at, seen in enumerate(run):
            yield _box(seen, seen.number, at in keys)
        end = run[-1].number + 1
        if end < size:
            yield _box(run[-1], end, True, outside=True)
    yield "</track>\n"


def _box(seen: Seen, number: int, keyframe: bool, outside: bool = False) -> str:
    return (
        f'<box frame="{number}" keyframe="{keyframe:d}" outside="{outside:d}" occluded="0" '
        f'{cvat.corners(seen.prelabel)} z_order="0">{cvat.attributes(seen.prelabel)}</box>\n'
    )


def _place(name: PictureName) -> str:
    # CVAT counts the pictures of a task by the order of their names.
    return f"{IMAGES}/{name.video}/frame_{name.number:06d}{name.suffix}"


CVAT_VIDEO = Format(
    "cvat-video",
    "CVAT for video 1.1",
    write_cvat_video,
    media=("video", "frames", "none"),
    place=_place,
    about=(
        "CVAT imports the file of a video as “CVAT 1.1”; it keeps tracks, and scores, sources and "
        "kinds at keyframes, as CVAT for images does; between keyframes boxes may be off by half "
        "a pixel. Pictures are called frame_000000 and so on, because CVAT counts them by name."
    ),
)
