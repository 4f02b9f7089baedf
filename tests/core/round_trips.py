"""A project that was exported, and annotators who give back labels in every format."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from core.detectors.base import DetectorConfig
from core.export.base import ExportVideo, Labeled, LabeledFrame
from core.export.formats.coco import write_coco
from core.export.formats.yolo import write_yolo
from core.export.manifest import manifest_of, write_manifest
from core.export.request import ExportRequest
from core.lightly.names import frame_name
from core.pipeline import Processed, assessed, process
from core.prelabels import Decision, Prelabel, Verdict, prelabels_of_frame
from core.project import Project, SetDecisions
from core.roundtrip.handed import Known, known_of
from core.video import VideoReader
from tests.conftest import CLIP_HEIGHT, CLIP_WIDTH
from tests.core.making import CAR_BOX, NAMES, flickering_frames, stream_of

COUNT = 24
MISSING = (3, 6, 9, 12, 15, 18)
"""Frames of a car's missing boxes; the last one is rejected, the others are accepted."""
PERSON_BOX = (100.0, 20.0, 112.5, 60.0)
MOVED_BOX = (45.0, 32.0, 84.0, 60.0)
EXPORTED = (2, *MISSING)

Labels = dict[int, list[tuple[tuple[float, float, float, float], str]]]
"""Boxes and their classes by frame; an empty list is a picture that was labeled."""


@dataclass(frozen=True)
class Exported:
    """A project, and what was handed over."""

    project: Path
    labeled: Labeled
    folder: Path
    known: Known


def make_exported(video: Path, out: Path) -> Exported:
    """Process a clip, decide about its boxes, and hand over `EXPORTED`."""
    with VideoReader(video) as reader:
        project = Project.create(out / "clip.flickerscope", reader.info)
        stream = stream_of(flickering_frames(COUNT, MISSING))
        done = process(project, reader.index, DetectorConfig("paper.pt"), stream=stream)
        *accepted, rejected = done.findings.imputed
        verdicts = [Decision(box, Verdict.ACCEPTED) for box in accepted]
        project.apply(SetDecisions((*verdicts, Decision(rejected, Verdict.REJECTED))))
        labeled = _labeled(video, done, reader)
        size = CLIP_WIDTH, CLIP_HEIGHT
        found = assessed(done.run, done.detections, size, reader.index)
    folder = out / "export"
    (folder / "images").mkdir(parents=True)
    for frame in labeled.frames:
        (folder / frame.path).touch()
    write_coco(folder, labeled)
    write_manifest(folder, manifest_of(labeled, ExportRequest()))
    known = known_of(project, done.run, done.detections, found)
    project.close()
    return Exported(project.folder, labeled, folder, known)


def _labeled(video: Path, done: Processed, reader: VideoReader) -> Labeled:
    decisions = list(done.project.decisions.values())
    frames = [
        LabeledFrame(
            0,
            frame,
            number,
            f"images/{frame_name(video, frame, COUNT)}",
            tuple(prelabels_of_frame(frame, done.detections, NAMES, decisions)),
        )
        for number, frame in enumerate(EXPORTED)
    ]
    run = done.run
    shown = ExportVideo(
        video.stem, video, CLIP_WIDTH, CLIP_HEIGHT, reader.index, run.id, run.info.model
    )
    return Labeled((shown,), tuple(frames), NAMES, "frames")


def as_handed(labeled: Labeled) -> Labels:
    """What an annotator gives back who changes nothing."""
    return {f.frame: [(p.xyxy, p.class_name) for p in f.prelabels] for f in labeled.frames}


def annotated(labeled: Labeled) -> Labels:
    """What an annotator gives back who keeps, moves, relabels and deletes.

    The car is kept in frame 3, moved in 6, relabeled in 9 and deleted in 12; in frame 15 it is
    kept and a model's box deleted; in frame 18 the rejected one is drawn. Frame 2 is left out.
    """
    labels = as_handed(labeled)
    del labels[2]
    person = (PERSON_BOX, "person")
    labels[6] = [person, (MOVED_BOX, "car")]
    labels[9] = [person, (CAR_BOX, "traffic light")]
    labels[12] = [person]
    labels[15] = [(CAR_BOX, "car")]
    labels[18] = [person, (CAR_BOX, "car")]
    return labels


# Annotation tools


def give_coco(exported: Exported, labels: Labels, out: Path) -> Path:
    """The exported data set with other boxes, without the pictures that were not labeled."""
    document = json.loads((exported.folder / "annotations.json").read_text())
    document["images"] = [i for i in document["images"] if i["frame_index"] in labels]
    ids = {image["frame_index"]: image["id"] for image in document["images"]}
    category = {each["name"]: each["id"] for each in document["categories"]}
    document["annotations"] = [
        {
            "id": number,
            "image_id": ids[frame],
            "category_id": category[name],
            "bbox": [x0, y0, x1 - x0, y1 - y0],
        }
        for number, (frame, (x0, y0, x1, y1), name) in enumerate(flat(labels), start=1)
    ]
    path = out / "instances_default.json"
    path.write_text(json.dumps(document))
    return path


def give_yolo(exported: Exported, labels: Labels, out: Path) -> Path:
    """A folder as the export writes it, with other lines, and none for what was not labeled."""
    folder = out / "yolo"
    folder.mkdir()
    write_yolo(folder, exported.labeled)
    for frame in exported.labeled.frames:
        path = folder / "labels" / f"{Path(frame.path).stem}.txt"
        path.unlink()
        if frame.frame in labels:
            path.write_text("".join(_yolo_line(*box) for box in labels[frame.frame]))
    return folder


def _yolo_line(xyxy: tuple[float, float, float, float], name: str) -> str:
    x0, y0, x1, y1 = xyxy
    centre = (x0 + x1) / 2 / CLIP_WIDTH, (y0 + y1) / 2 / CLIP_HEIGHT
    size = (x1 - x0) / CLIP_WIDTH, (y1 - y0) / CLIP_HEIGHT
    return " ".join([str(NAMES.index(name)), *(f"{n:.6f}" for n in (*centre, *size))]) + "\n"


def give_cvat_images(exported: Exported, labels: Labels, out: Path) -> Path:
    """As CVAT for images 1.1."""
    paths = {frame.frame: Path(frame.path).name for frame in exported.labeled.frames}
    images = "".join(
        f'<image id="{number}" name={quoteattr(paths[frame])} width="{CLIP_WIDTH}"'
        f' height="{CLIP_HEIGHT}">{"".join(_image_box(*box) for box in boxes)}</image>'
        for number, (frame, boxes) in enumerate(labels.items())
    )
    meta = "<meta><task><name>highway</name><mode>annotation</mode></task></meta>"
    return _xml(out, f"{meta}{images}")


def give_cvat_video(exported: Exported, labels: Labels, out: Path) -> Path:
    """As CVAT for video 1.1, of a task of the labeled pictures in their order."""
    numbers = {frame.frame: frame.number for frame in exported.labeled.frames}
    first, last = (numbers[each(labels)] for each in (min, max))
    tracks = "".join(
        f'<track id="{number}" label={quoteattr(name)}>'
        f"{_track_box(numbers[frame], xyxy, outside=False)}"
        f"{_track_box(numbers[frame] + 1, xyxy, outside=True)}</track>"
        for number, (frame, xyxy, name) in enumerate(flat(labels))
    )
    size = f"<width>{CLIP_WIDTH}</width><height>{CLIP_HEIGHT}</height>"
    meta = (
        f"<meta><task><size>{last - first + 1}</size><mode>interpolation</mode>"
        f"<start_frame>{first}</start_frame><stop_frame>{last}</stop_frame>"
        f"<original_size>{size}</original_size></task></meta>"
    )
    return _xml(out, f"{meta}{tracks}")


def _image_box(xyxy: tuple[float, float, float, float], name: str) -> str:
    return f'<box label={quoteattr(name)} occluded="0" z_order="0" {_corners(xyxy)}/>'


def _track_box(number: int, xyxy: tuple[float, float, float, float], *, outside: bool) -> str:
    return f'<box frame="{number}" keyframe="1" outside="{outside:d}" {_corners(xyxy)}/>'


def _corners(xyxy: tuple[float, float, float, float]) -> str:
    names = ("xtl", "ytl", "xbr", "ybr")
    return " ".join(f'{name}="{value:.2f}"' for name, value in zip(names, xyxy, strict=True))


def _xml(out: Path, inner: str) -> Path:
    path = out / "annotations.xml"
    path.write_text(f"<annotations><version>1.1</version>{inner}</annotations>")
    return path


Give = Callable[[Exported, Labels, Path], Path]
TOOLS: Mapping[str, Give] = {
    "COCO": give_coco,
    "YOLO": give_yolo,
    "CVAT images": give_cvat_images,
    "CVAT video": give_cvat_video,
}


def zipped(path: Path, out: Path) -> Path:
    """The same in a zip, as tools give it."""
    target = out / "labels.zip"
    if path.is_dir():
        return Path(shutil.make_archive(str(target.with_suffix("")), "zip", path))
    with zipfile.ZipFile(target, "w") as archive:
        archive.write(path, f"annotations/{path.name}")
    return target


def flat(labels: Labels) -> Iterable[tuple[int, tuple[float, float, float, float], str]]:
    """Each box with its frame and class."""
    return [(frame, *box) for frame, boxes in labels.items() for box in boxes]


def imputed_in(labeled: Labeled) -> list[Prelabel]:
    """The imputed boxes that were handed over."""
    return [box for frame in labeled.frames for box in frame.prelabels if box.kind]
