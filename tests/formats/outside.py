"""Reads exports with libraries that want an environment of their own; see `requirements.txt`.

`python outside.py FOLDER` reads `FOLDER/wanted.json` (see `exports.py`) and writes
`FOLDER/read.json`: the boxes of each wanted reader as keyword arguments of `ReadBox`, or, as text,
what went wrong. It knows nothing of this program, so that no environment has to hold both.
"""

import json
import sys
import traceback
from pathlib import Path

from outside_annotators import READERS as OF_ANNOTATORS
from outside_detection import READERS as OF_DETECTION

READERS = {**OF_DETECTION, **OF_ANNOTATORS}
"""By format and library: functions of an export's folder and what was written, as `told` has it."""


def main(folder: Path) -> None:
    """Read all that is wanted."""
    read = {}
    for wanted in json.loads((folder / "wanted.json").read_text(encoding="utf-8")):
        reader = READERS[wanted["format"], wanted["library"]]
        try:
            boxes = reader(folder / wanted["folder"], wanted["told"])
        except Exception:
            boxes = traceback.format_exc()
        read[wanted["key"]] = boxes
    (folder / "read.json").write_text(json.dumps(read), encoding="utf-8")


main(Path(sys.argv[1]))
