"""Where no window can be shown, the program says what to do instead."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, MakeVideo
from tests.e2e.driving import environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="displays are X11's and Wayland's")


@pytest.mark.parametrize("display", [None, ":31999"], ids=["unset", "dead"])
def test_without_a_display_it_names_the_commands_that_need_none(
    make_video: MakeVideo, tmp_path: Path, display: str | None
) -> None:
    program = subprocess.run(
        [sys.executable, "-m", "gui", str(make_video())],
        cwd=REPOSITORY,
        env=environment(tmp_path, display),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert program.returncode == 2
    assert program.stdout == ""
    (sentence,) = program.stderr.splitlines()
    assert sentence.startswith("flickerscope: ")
    for command in ("flickerscope process VIDEO", "flickerscope export PROJECT"):
        assert command in sentence
    if display:
        assert display in sentence
