"""Many videos by one command: bad ones among good ones, stopping, going on, refusals."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.cli.batching import SOME_FAILED
from core.project import Project
from tests.cli.conftest import Answer, Flickerscope
from tests.conftest import REPOSITORY
from tests.core.batches import cut_clip, heed_interrupts

FRAMES = 3


@pytest.fixture(scope="module")
def clip(media: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "bikes.mp4"
    cut_clip(media("bikes_cuts.mp4"), path, FRAMES, start=40)
    return path


def result_of(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.out)
    return found


def copied(clip: Path, target: Path, tail: bytes = b"") -> Path:
    """The same video as another one: players pass over what follows its end."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(clip.read_bytes() + tail)
    return target


def test_a_bad_video_costs_only_itself(
    flickerscope: Flickerscope, clip: Path, quick_model: Path, tmp_path: Path
) -> None:
    videos, out = tmp_path / "videos", tmp_path / "out"
    copied(clip, videos / "a.mp4")
    copied(clip, videos / "north" / "b.mp4", b"\0" * 64)
    copied(clip, videos / "copy of a.mp4")
    bad = {
        "cut_off.mp4": clip.read_bytes()[: clip.stat().st_size // 3],
        "empty.mp4": b"",
        "garbage.mp4": bytes(range(256)) * 64,
        "text.mp4": b"This is a text and no video.\n",
    }
    for name, content in bad.items():
        (videos / name).write_bytes(content)
    command = ("batch", videos, "--out", out, "--model", quick_model, "--workers", 1, "-n", 2)

    answer = flickerscope(*command)
    assert answer.code == SOME_FAILED, answer
    for name in bad:
        assert str(videos / name) in answer.out, "it is to be listed with its reason"
    assert "copy of a.mp4 is" in answer.out
    assert "--retry-failed" in answer.out
    lines = answer.err.splitlines()
    assert lines[0] == "5 videos to do by 1 worker"
    assert sum(line.startswith("[") for line in lines) == 5
    assert sum(": failed: " in line for line in lines) == 3

    again = result_of(flickerscope(*command, "--json"))
    assert (again["videos"], again["done"], again["failed"], again["done_now"]) == (5, 2, 3, 0)
    assert [each["source"] for each in again["unreadable"]] == [str(videos / "empty.mp4")]
    assert again["frames"] == 2 * FRAMES
    reasons = {each["item"]["name"]: each["reason"] for each in again["outcomes"]}
    assert reasons["a"] == reasons["north/b"] == ""
    assert all("not a video that can be read" in reasons[n] for n in ("garbage", "text", "cut_off"))
    assert json.loads((out / "summary.json").read_text())["failed"] == 3

    for name in ("empty.mp4", "text.mp4", "cut_off.mp4"):
        (videos / name).unlink()
    copied(clip, videos / "garbage.mp4", b"\0" * 128)
    mended = flickerscope(*command, "--retry-failed", "--json")
    assert mended.code == 0
    found = result_of(mended)
    assert (found["videos"], found["done"], found["done_now"]) == (3, 3, 1)
    assert {each["item"]["name"] for each in found["outcomes"]} == {"a", "north/b", "garbage"}
    for outcome in found["outcomes"]:
        with closing(Project.open(out / outcome["project"])) as project:
            assert project.run is not None
            assert project.selection is not None
    exported = flickerscope(
        "export", out / "projects" / "north" / "b.flickerscope", "--format", "yolo",
        "--scope", "selected", "--out", tmp_path / "yolo", "--json",
    )  # fmt: skip
    assert exported.json["frames"] == 2

    refused = flickerscope(*command, "--conf", "0.3").sentence
    assert "config confidence: 0.1 then, 0.3 now" in refused


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_a_batch_that_was_stopped_and_killed_goes_on(
    clip: Path, quick_model: Path, tmp_path: Path
) -> None:
    videos, out = tmp_path / "videos", tmp_path / "out"
    for number in range(5):
        copied(clip, videos / f"cam{number}.mp4", b"\0" * number)
    arguments = [
        sys.executable, "-m", "core.cli", "batch", str(videos), "--out", str(out),
        "--model", str(quick_model), "--workers", "1", "-n", "1",
    ]  # fmt: skip

    def outcomes() -> dict[str, int]:
        found = (out / "outcomes").glob("[!.]*.json")
        return {path.name: path.stat().st_mtime_ns for path in found}

    def interrupted(number: int, wanted: int) -> tuple[int, str]:
        process = subprocess.Popen(
            arguments, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True, start_new_session=True,
            preexec_fn=heed_interrupts,
        )  # fmt: skip
        while len(outcomes()) < wanted:
            assert process.poll() is None
            time.sleep(0.01)
        # As a terminal does: to all of its processes; a kill, to the first one alone.
        if number == signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.kill()
        try:
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
        return process.returncode, said

    code, said = interrupted(signal.SIGINT, 1)
    assert code == 130
    assert said.splitlines()[-1] == (
        "flickerscope: stopped; what was done so far is saved; the same command goes on"
    )
    assert "Traceback" not in said
    code, _ = interrupted(signal.SIGKILL, 3)
    assert code == -signal.SIGKILL
    before = outcomes()

    last = subprocess.run([*arguments, "--json"], cwd=REPOSITORY, capture_output=True, text=True)
    assert last.returncode == 0, last.stderr
    found = json.loads(last.stdout)
    assert (found["videos"], found["done"]) == (5, 5)
    assert found["done_now"] <= 2
    assert outcomes().items() >= before.items(), "what was done is not to be touched"
    assert len(outcomes()) == 5


def test_wishes_that_cannot_be_met_are_refused_before_anything_begins(
    flickerscope: Flickerscope, clip: Path, quick_model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    usual = ("batch", clip, "--out", out, "--model", quick_model)
    assert "no strategy or column" in flickerscope(*usual, "--strategy", "luck").sentence
    assert "--engine" in flickerscope(*usual, "--engine", "steam").sentence
    assert "--pictures jpeg" in flickerscope(*usual, "--quality", 3).sentence
    assert "no weights at" in flickerscope("batch", clip, "--out", out, "--model", "x").sentence
    nowhere = flickerscope("batch", tmp_path / "none", "--out", out, "--model", quick_model)
    assert "There is no file or folder" in nowhere.sentence
    assert not (out / "batch.json").exists()
