"""Reads a FiftyOneDataset by FiftyOne and its database, for `outside.py`."""

import os
import tempfile
from pathlib import Path

_HOME = tempfile.TemporaryDirectory(prefix="fiftyone-", ignore_cleanup_errors=True)
os.environ["FIFTYONE_DATABASE_DIR"] = str(Path(_HOME.name) / "database")
os.environ["FIFTYONE_CONFIG_PATH"] = str(Path(_HOME.name) / "config.json")
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
