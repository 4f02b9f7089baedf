"""Reads a FiftyOneDataset by FiftyOne and its database, for `outside.py`."""

import atexit
import os
import socket
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path


def start_database() -> str:
    """Its address. FiftyOne would start it, too, but not wait for it on a busy computer."""
    home = tempfile.TemporaryDirectory(prefix="fiftyone-", ignore_cleanup_errors=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (package,) = find_spec("fiftyone").submodule_search_locations
    mongod = Path(package) / "db" / "bin" / "mongod"
    database = subprocess.Popen(
        [mongod, "--dbpath", home.name, "--port", str(port), "--bind_ip", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
    )
    atexit.register(home.cleanup)
    atexit.register(database.wait)
    atexit.register(database.terminate)
    return f"mongodb://127.0.0.1:{port}"


os.environ["FIFTYONE_DATABASE_URI"] = start_database()
os.environ["FIFTYONE_DO_NOT_TRACK"] = "true"
os.environ["FIFTYONE_DATABASE_VALIDATION"] = "false"

import fiftyone  # noqa: E402


def read_fiftyone(folder, told):
    dataset = fiftyone.Dataset.from_dir(
        dataset_dir=str(folder), dataset_type=fiftyone.types.FiftyOneDataset, progress=False
    )
    places = {frame["path"]: place for place, frame in enumerate(told["frames"])}
    for sample in dataset:
        assert Path(sample.filepath).is_file()
        place = places[Path(sample.filepath).relative_to(folder).as_posix()]
        assert sample.tags == [part for part in [told["frames"][place]["split"]] if part]
        width, height = sample.metadata.width, sample.metadata.height
        for box in sample.prelabels.detections:
            x, y, w, h = box.bounding_box
            yield {
                "frame": place,
                "xyxy": [x * width, y * height, (x + w) * width, (y + h) * height],
                "class_name": box.label,
                "score": box.confidence,
                "source": box.source,
                "track": box.index,
                "kind": box.kind,
            }


READERS = {("fiftyone", "FiftyOne"): read_fiftyone}
