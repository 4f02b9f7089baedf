"""Environments for libraries that want another numpy, or another OpenCV, than this program."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_HERE = Path(__file__).parent
_SECONDS = 600


@dataclass(frozen=True)
class Environment:
    """What `outside.py` runs in."""

    requirements: str
    """Name of the file."""
    modules: tuple[str, ...]
    """Whose `READERS` it has."""
    asked_by: str = ""
    """The variable that asks for it, for one that is too large for every run."""

    def read(self, folder: Path, wanted: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """What the readers found, by key; skips where the environment cannot be had.

        Args:
            folder: Holds the exports.
            wanted: The readers; see `outside.py`.
        """
        if self.asked_by and not os.environ.get(self.asked_by):
            pytest.skip(f"set {self.asked_by}=1 for an environment of {self.requirements}")
        python = self._python()
        (folder / "wanted.json").write_text(json.dumps(wanted), encoding="utf-8")
        done = _run([*python, str(_HERE / "outside.py"), str(folder), *self.modules])
        assert done.returncode == 0, done.stderr
        return dict(json.loads((folder / "read.json").read_text(encoding="utf-8")))

    def _python(self) -> list[str]:
        uv = shutil.which("uv")
        if uv is None:
            pytest.skip("uv is not installed, which makes the environment of some third parties")
        base = [uv, "run", "--quiet", "--no-project", "--isolated", "--python", sys.executable]
        base += ["--config-file", str(_HERE / "uv.toml")]
        python = [*base, "--with-requirements", str(_HERE / self.requirements), "python"]
        made = _run([*python, "-c", ""])
        if made.returncode:
            pytest.skip(f"uv cannot make an environment of {self.requirements}: {made.stderr}")
        return python


ENVIRONMENTS: Mapping[str, Environment] = {
    "annotators": Environment("requirements.txt", ("outside_detection", "outside_annotators")),
    "fiftyone": Environment(
        "requirements-fiftyone.txt", ("outside_fiftyone",), "FLICKERSCOPE_TEST_FIFTYONE"
    ),
}
"""By `Reader.environment`."""


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
