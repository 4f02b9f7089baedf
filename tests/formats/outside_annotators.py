"""Readers of what annotation tools import, for `outside.py`."""

import json
import sys
from unittest.mock import MagicMock

LOCAL_FILES = "/data/local-files/?d="


def _places(told):
    """Place among the frames by the name of the video and the number in it."""
    return {
        (told["videos"][frame["video"]]["name"], frame["number"]): place
        for place, frame in enumerate(told["frames"])
    }


def _track(found):
    return int(found) if found not in (None, "") else None


def _datumaro_box(place, label_names, found):
    """A box that datumaro read, with the attributes that CVAT would show."""
    attributes = found.attributes
    return {
        "frame": place,
        "xyxy": [float(edge) for edge in found.points],
        "class_name": label_names[found.label],
        "score": float(attributes["score"]),
        "source": attributes["source"],
        "track": _track(attributes["track"]),
        "kind": attributes["kind"],
    }


def _datumaro(path):
    """Items and names of labels of a CVAT file."""
    import datumaro

    dataset = datumaro.Dataset.import_from(str(path), "cvat")
    labels = dataset.categories()[datumaro.AnnotationType.label]
    return list(dataset), [label.name for label in labels]


def cvat_images(folder, told):
    """datumaro; it finds pictures by their names in the file."""
    by_path = {frame["path"]: place for place, frame in enumerate(told["frames"])}
    items, names = _datumaro(folder)
    assert len(items) == len(told["frames"])
    found = []
    for item in items:
        place = by_path[item.media.path[len(f"{folder}/") :]]
        found += [_datumaro_box(place, names, each) for each in item.annotations]
    return found


def cvat_video(folder, told):
    """datumaro, one file a video; it does not interpolate, but gives every box of the file."""
    places, found = _places(told), []
    for video in told["videos"]:
        items, names = _datumaro(folder / f"{video['name']}.xml")
        for item in items:
            shown = [each for each in item.annotations if not each.attributes["outside"]]
            for each in shown:
                place = places[video["name"], int(item.attributes["frame"])]
                found.append(_datumaro_box(place, names, each))
    return found


def _label_studio_tasks(folder):
    """Tasks, after Label Studio has found each of them valid."""
    from label_studio_sdk.label_interface import LabelInterface

    interface = LabelInterface((folder / "label_config.xml").read_text(encoding="utf-8"))
    interface.validate()
    tasks = json.loads((folder / "tasks.json").read_text(encoding="utf-8"))
    for task in tasks:
        assert interface.validate_task({"data": task["data"]})
        for prediction in task["predictions"]:
            assert interface.validate_prediction(prediction, return_errors=True) == []
    return tasks


def _path(url):
    """Below the folder that Label Studio serves."""
    from urllib.parse import unquote

    assert url.startswith(LOCAL_FILES)
    return unquote(url[len(LOCAL_FILES) :])


def _from_percent(value, width, height):
    x, y = value["x"] / 100 * width, value["y"] / 100 * height
    return [x, y, x + value["width"] / 100 * width, y + value["height"] / 100 * height]


def label_studio(folder, told):
    """label-studio-sdk validates; boxes come from the percent values, as the editor has them."""
    by_path = {frame["path"]: place for place, frame in enumerate(told["frames"])}
    found = []
    for task in _label_studio_tasks(folder):
        path = _path(task["data"]["image"])
        assert (folder / path).is_file()
        for region in task["predictions"][0]["result"]:
            size = region["original_width"], region["original_height"]
            found.append(
                {
                    "frame": by_path[path],
                    "xyxy": _from_percent(region["value"], *size),
                    "class_name": region["value"]["rectanglelabels"][0],
                    "score": region["score"],
                    "source": region["meta"]["source"],
                    "track": region["meta"].get("track"),
                    "kind": region["meta"]["kind"],
                }
            )
    return found


def label_studio_video(folder, told):
    """label-studio-sdk validates, and draws the boxes between those that are written.

    A score is that of the box before, so it is not compared.
    """
    from label_studio_sdk._extensions.label_studio_tools.postprocessing.video import (
        extract_key_frames,
    )

    places, found = _places(told), []
    videos = {f"videos/{v['name']}{v['suffix']}": v for v in told["videos"]}
    for task in _label_studio_tasks(folder):
        path = _path(task["data"]["video"])
        assert (folder / path).is_file()
        video = videos[path]
        for region in extract_key_frames(task["predictions"][0]["result"]):
            found += [
                {
                    "frame": places[video["name"], box["frame"] - 1],
                    "xyxy": _from_percent(box, video["width"], video["height"]),
                    "class_name": region["value"]["labels"][0],
                    "source": box["source"],
                    "track": region["meta"].get("track"),
                    "kind": box["kind"],
                }
                for box in region["value"]["sequence"]
            ]
    return found


def labelme(folder, told):
    """labelme's own reader; it opens the picture, too, and compares its size."""
    # Its window is not needed, nor what it finds shapes with.
    for module in ("onnxruntime", "PyQt5", "PyQt5.QtCore", "PyQt5.QtGui", "PyQt5.QtWidgets"):
        sys.modules.setdefault(module, MagicMock())
    from labelme._label_file import LabelFile

    found = []
    for place, frame in enumerate(told["frames"]):
        path = (folder / frame["path"]).with_suffix(".json")
        file = LabelFile(str(path))
        assert file.image_path == path.with_suffix(".png").name
        for shape in file.shapes:
            (x0, y0), (x1, y1) = shape["points"]
            found.append(
                {
                    "frame": place,
                    "xyxy": [x0, y0, x1, y1],
                    "class_name": shape["label"],
                    "score": shape["other_data"]["score"],
                    "source": shape["description"].partition(" ")[0].rstrip(","),
                    "track": shape["group_id"],
                    "kind": shape["other_data"]["kind"],
                }
            )
    return found


def viame(folder, told):
    """DIVE's own reader, without its server; it rounds corners to whole pixels."""
    serializer = _dive()
    places, found = _places(told), []
    for video in told["videos"]:
        lines = (folder / f"{video['name']}.csv").read_text(encoding="utf-8").splitlines(True)
        annotations = serializer.load_csv_as_tracks_and_attributes(lines)[0]
        for track in annotations["tracks"].values():
            for feature in track["features"]:
                attributes = feature["attributes"]
                found.append(
                    {
                        "frame": places[video["name"], feature["frame"]],
                        "xyxy": feature["bounds"],
                        "class_name": track["confidencePairs"][0][0],
                        "score": attributes["score"],
                        "source": attributes["source"],
                        "track": _track(attributes.get("track")),
                        "kind": attributes.get("kind", ""),
                    }
                )
    return found


def _dive():
    import pydantic.v1

    # It is written for an older pydantic, and answers requests through girder.
    newer = sys.modules["pydantic"]
    for module in ("girder", "girder.api", "girder.api.rest"):
        sys.modules.setdefault(module, MagicMock())
    sys.modules["pydantic"] = pydantic.v1
    try:
        from dive_utils.serializers import viame as serializer
    finally:
        sys.modules["pydantic"] = newer
    return serializer


READERS = {
    ("cvat-images", "datumaro"): cvat_images,
    ("cvat-video", "datumaro"): cvat_video,
    ("label-studio", "label-studio-sdk"): label_studio,
    ("label-studio-video", "label-studio-sdk"): label_studio_video,
    ("labelme", "labelme"): labelme,
    ("viame", "DIVE"): viame,
}
