"""Scrubbing and moved videos, in the real program."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from core.project import Project
from core.video import VideoReader
from core.video.proxy import ProxyReader
from tests.e2e.conftest import Start
from tests.e2e.driving import decisions, project_folder, screenshot, wait_for


def test_detection_has_left_a_small_copy_of_every_frame(detected: Path, video: Path) -> None:
    (folder,) = (detected / "proxies").iterdir()
    with VideoReader(video) as reader:
        proxy = ProxyReader(folder, len(reader))
        try:
            assert proxy.count == len(reader)
            for index, picture in reader.frames_in_range(100, 104):
                small = proxy.picture(index)
                assert small is not None
                full = Image.fromarray(picture).resize(small.shape[1::-1], Image.Resampling.BOX)
                difference = ImageChops.difference(full, Image.fromarray(small))
                assert max(ImageStat.Stat(difference).mean) < 8, index
        finally:
            proxy.close()


def test_a_moved_video_is_found_with_its_decisions(
    start: Start, own_home: Path, video: Path, display: str, tmp_path: Path
) -> None:
    here = Path(shutil.copy2(video, tmp_path / "here.mp4"))
    with closing(Project.open(project_folder(own_home))) as project:
        project.relocate(here)
    program = start(own_home, project_folder(own_home))
    program.wait_for_window("^here.mp4")
    program.press("n", "a")
    made = wait_for("the decision", lambda: decisions(own_home))
    assert program.close() == 0, program.said()

    (tmp_path / "archive").mkdir()
    there = here.rename(tmp_path / "archive" / "there.mp4")
    program = start(own_home, there)
    program.wait_for_window("^there.mp4")
    screenshot(display, tmp_path / "moved.png")
    assert program.close() == 0, program.said()
    assert decisions(own_home) == made
    with closing(Project.open(project_folder(own_home))) as project:
        assert project.video.path == there
