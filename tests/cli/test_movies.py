"""`flickerscope render` and `clip`, read back frame by frame."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import SMALL_COUNT, SMALL_MISSING, Flickerscope
from tests.conftest import CLIP_HEIGHT, CLIP_WIDTH


def pictures_in(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_the_video_is_drawn_into_with_boxes_that_are_still_to_do(
    small_project: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "drawn.mp4"
    summary = flickerscope("render", small_project, "--out", out, "--json").json
    assert summary == {"file": str(out), "frames": SMALL_COUNT, "bytes": out.stat().st_size}
    pictures = pictures_in(out)
    assert len(pictures) == SMALL_COUNT
    assert pictures[0].shape == (CLIP_HEIGHT, CLIP_WIDTH, 3)
    # The pictures are black and white; a rejected box leaves the car's place so.
    coloured = [np.ptp(p[28:62, 38:83].astype(int), axis=2).max() > 60 for p in pictures]
    assert [frame for frame, has in enumerate(coloured) if not has] == [SMALL_MISSING[1]]


def test_a_range_is_drawn(small_project: Path, tmp_path: Path, flickerscope: Flickerscope) -> None:
    out = tmp_path / "part.mp4"
    arguments = ("render", small_project, "--out", out, "--range", "3:8", "--json")
    assert flickerscope(*arguments).json["frames"] == 5
    assert len(pictures_in(out)) == 5
    assert "exists already" in flickerscope(*arguments[:-1]).sentence
    assert flickerscope(*arguments, "--overwrite").code == 0


@pytest.mark.parametrize("name", ["clip.gif", "clip.mp4"])
def test_a_violation_becomes_a_clip(
    name: str, small_project: Path, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / name
    arguments = ("clip", small_project, "--frame", SMALL_MISSING[2], "--out", out, "--json")
    summary = flickerscope(*arguments).json
    assert summary["violation"] == "car · flickering"
    assert summary["frames"] == [SMALL_MISSING[2], SMALL_MISSING[2] + 1]
    assert summary["bytes"] == out.stat().st_size
    if name.endswith(".gif"):
        with Image.open(out) as image:
            assert image.n_frames > 5  # type: ignore[attr-defined]
            assert image.info["loop"] == 0
    else:
        assert len(pictures_in(out)) > 5


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("render", "--out", "a.avi"), "a.avi does not end in .mp4"),
        (("render", "--out", "a.mp4", "--range", "5:99"), "the video, which has 20 frames"),
        (("render", "--out", "a.mp4", "--range", "x"), '"x" is no range'),
        (
            ("clip", "--frame", 7, "--out", "a.gif"),
            "in frame 7: take frame 9, the nearest flagged one",
        ),
        (("clip", "--frame", 99, "--out", "a.gif"), "no frame 99: the last one is 19"),
        (("clip", "--frame", -1, "--out", "a.gif"), "--frame"),
        (("clip", "--frame", 4, "--out", "a.png"), "a.png does not end in .gif or .mp4"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(
    arguments: tuple[object, ...], sentence: str,
    small_project: Path, tmp_path: Path, flickerscope: Flickerscope,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    command, *options = arguments
    assert sentence in flickerscope(command, small_project, *options).sentence
    assert [path.name for path in tmp_path.iterdir()] == [small_project.name]
