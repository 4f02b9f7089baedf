"""The script shows the real window, and what it writes of the guide is what is kept."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from scripts.screenshots.guide import keys_page, pictures_in, write_guide
from scripts.screenshots.states import STATES, WINDOW
from tests.conftest import REPOSITORY

SCRIPT = REPOSITORY / "scripts" / "make_screenshots.py"
GUIDE = REPOSITORY / "resources" / "guide"
MOST_BYTES = 2_500_000


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


def colours(path: Path) -> int:
    with Image.open(path) as picture:
        found = picture.convert("RGB").getcolors(maxcolors=1 << 24)
        assert found is not None
        return len(found)


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")
def test_states_are_photographed_at_the_size_of_the_window(tmp_path: Path) -> None:
    done = run("--out", str(tmp_path), "--only", "empty", "--only", "error")
    assert done.returncode == 0, done.stderr
    for name in ("empty", "error"):
        path = tmp_path / f"{name}.png"
        assert path.name in done.stdout
        with Image.open(path) as picture:
            assert picture.size == WINDOW
        assert colours(path) > 50, f"{name} is blank"
    assert (tmp_path / "empty.png").read_bytes() != (tmp_path / "error.png").read_bytes()


def test_a_state_that_there_is_not_is_refused_by_name(tmp_path: Path) -> None:
    done = run("--out", str(tmp_path), "--only", "nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_display_of_a_state_holds_its_window() -> None:
    assert STATES["4k"].screen == (3840, 2160)
    assert all(state.screen >= state.size for state in STATES.values())


def test_the_page_of_keys_is_that_of_the_table_of_actions() -> None:
    assert (GUIDE / "keys.md").read_text(encoding="utf-8") == keys_page()


def test_every_picture_of_the_guide_is_shown_and_all_are_small() -> None:
    pages = [page.read_text(encoding="utf-8") for page in GUIDE.glob("*.md")]
    kept = {path.stem for path in GUIDE.glob("*.png")}
    assert kept == {name for page in pages for name in pictures_in(page)}
    assert sum(path.stat().st_size for path in GUIDE.glob("*.png")) < MOST_BYTES


def test_a_guide_gets_the_pictures_that_it_shows_and_loses_others(tmp_path: Path) -> None:
    taken, folder = tmp_path / "taken", tmp_path / "resources" / "guide"
    for made in (taken, folder, tmp_path / "docs"):
        made.mkdir(parents=True)
    for name in ("dark", "shown", "not-shown"):
        Image.new("RGB", (8, 8), "red").save(taken / f"{name}.png")
    (folder / "index.md").write_text("![What it is](shown.png)")
    (folder / "old.png").write_bytes(b"")
    made_of_it = {tmp_path / "docs" / "screenshot.png", folder / "shown.png"}
    assert set(write_guide(taken, tmp_path)) == made_of_it
    assert {path.name for path in folder.iterdir()} == {"index.md", "keys.md", "shown.png"}
