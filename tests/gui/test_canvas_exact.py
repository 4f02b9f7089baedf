"""At 1:1 every pixel of the picture is one pixel of the display, and is shown unchanged."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from gui.canvas import CanvasWidget, SplitPanel, SplitView

RATIOS = [1.0, 1.5, 2.0]


def noise(width: int, height: int) -> NDArray[np.uint8]:
    """Random blue, green, red and 255 of every pixel."""
    pixels = np.random.default_rng(7).integers(0, 256, (height, width, 4), dtype=np.uint8)
    pixels[:, :, 3] = 255
    return pixels


def picture(pixels: NDArray[np.uint8]) -> QImage:
    height, width = pixels.shape[:2]
    return QImage(pixels.tobytes(), width, height, QImage.Format.Format_RGB32).copy()


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    shape = plain.height(), plain.width(), 4
    return np.frombuffer(plain.constBits(), np.uint8).reshape(shape).copy()


def check_canvas(ratio: float) -> None:
    """The canvas cuts the picture, pans it, shows all of it, and magnifies it."""
    large, small = noise(1601, 1203), noise(301, 203)
    canvas = CanvasWidget()
    canvas.resize(400, 300)
    assert canvas.devicePixelRatioF() == ratio
    for pixels in (large, small):
        for scale in (1.0, 4.0):
            canvas.set_picture(picture(pixels))
            canvas.zoom_to(scale)
            check_grabbed(pixels_of(canvas.grab().toImage()), pixels, canvas, ratio)
    canvas.close()


def check_grabbed(
    seen: NDArray[np.uint8], pixels: NDArray[np.uint8], canvas: CanvasWidget, ratio: float
) -> None:
    step = round(canvas.zoom() * ratio)
    left, top = (round(offset * ratio) for offset in (canvas.view().dx, canvas.view().dy))
    shown = pixels.repeat(step, axis=0).repeat(step, axis=1)
    below, right = min(seen.shape[0], top + len(shown)), min(seen.shape[1], left + shown.shape[1])
    part = shown[max(0, -top) : below - top, max(0, -left) : right - left]
    assert part.size > 40_000
    np.testing.assert_array_equal(
        seen[max(0, top) : below, max(0, left) : right, :3], part[..., :3]
    )


def check_split(ratio: float) -> None:
    """All three frames, one of which lies at an odd place."""
    pixels = noise(1601, 1203)
    split = SplitView()
    split.resize(601, 300)
    panel = SplitPanel("", picture(pixels), (1601, 1203), ())
    split.set_frames([panel] * 3)
    split.zoom_to(1.0)
    seen = pixels_of(split.grab().toImage())[round(30 * ratio) : round(290 * ratio)]
    top = round(30 * ratio) - round(24 * ratio) - round(split.view().dy * ratio)
    left = -round(split.view().dx * ratio)
    found = 0
    for start in range(seen.shape[1] - 90):
        wanted = pixels[top : top + len(seen), left : left + 90, :3]
        found += np.array_equal(seen[:, start : start + 90, :3], wanted)
    assert found == 3
    split.close()


@pytest.mark.parametrize("ratio", RATIOS)
def test_pixels_are_shown_unchanged_at_every_display_scale(ratio: float) -> None:
    environment = {**os.environ, "QT_SCALE_FACTOR": str(ratio), "QT_QPA_PLATFORM": "offscreen"}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.gui.test_canvas_exact", str(ratio)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


if __name__ == "__main__":
    application = QApplication([])
    check_canvas(float(sys.argv[1]))
    check_split(float(sys.argv[1]))
