"""Reads exports with libraries that want an environment of their own; see `exports.py`.

`python outside.py FOLDER MODULE…` reads `FOLDER/wanted.json` and writes `FOLDER/read.json`: for
each wanted reader the boxes as keyword arguments of `ReadBox`, or, as text, what went wrong. The
readers are `READERS` of the modules. Nothing here knows this program, so that no environment has to
hold both.
"""

import json
import sys
import traceback
from importlib import import_module
from pathlib import Path


def main(folder: Path, modules: list[str]) -> None:
    """Read all that is wanted."""
    readers = {}
    for name in modules:
        readers.update(import_module(name).READERS)
    read = {}
    for wanted in json.loads((folder / "wanted.json").read_text(encoding="utf-8")):
        reader = readers[wanted["format"], wanted["library"]]
        try:
            read[wanted["key"]] = list(reader(folder / wanted["folder"], wanted["told"]))
        except Exception:
            read[wanted["key"]] = traceback.format_exc()
    (folder / "read.json").write_text(json.dumps(read), encoding="utf-8")


main(Path(sys.argv[1]), sys.argv[2:])
