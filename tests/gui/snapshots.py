"""Pictures compared with those kept beside the tests.

Fonts differ between machines: blank or leave out text before comparing. To take new pictures,
run with ``FLICKERSCOPE_UPDATE_SNAPSHOTS=1`` and look at what has changed.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

UPDATE_VARIABLE = "FLICKERSCOPE_UPDATE_SNAPSHOTS"
_FOLDER = Path(__file__).parent / "snapshots"
_LEVELS = 24
"""Levels out of 255 by which a channel may differ before its pixel counts as different."""


def check_snapshot(image: QImage, name: str, tmp_path: Path, *, tolerance: float = 0.002) -> None:
    """Fail unless `image` looks like ``snapshots/NAME.png``.

    Args:
        image: What was painted; compared in device pixels, without transparency.
        name: Of the kept picture, without ``.png``.
        tmp_path: Where the picture and its differences are saved on failure.
        tolerance: Share of pixels, 0..1, that may differ; also of the mean difference of a
            channel, of 255.
    """
    kept = _FOLDER / f"{name}.png"
    if os.environ.get(UPDATE_VARIABLE) == "1":
        _FOLDER.mkdir(exist_ok=True)
        _save(image, kept)
        return
    assert kept.is_file(), f"no picture {name}; take one with {UPDATE_VARIABLE}=1"
    wanted = QImage(str(kept))
    if image.size() != wanted.size():
        actual = _save(image, tmp_path / f"{name}-actual.png")
        pytest.fail(f"{name}: {_size(image)} instead of {_size(wanted)} pixels, see {actual}")
    off = np.abs(_rgb(image) - _rgb(wanted))
    different = (off > _LEVELS).any(axis=2)
    share, mean = float(different.mean()), float(off.mean()) / 255
    if max(share, mean) > tolerance:
        actual = _save(image, tmp_path / f"{name}-actual.png")
        diff = _save(_shown(different), tmp_path / f"{name}-diff.png")
        pytest.fail(
            f"{name}: {share:.2%} of pixels differ, mean {mean:.2%}, at most {tolerance:.2%} may;"
            f" see {actual} and {diff}"
        )


def _rgb(image: QImage) -> NDArray[np.int16]:
    """Height x width x 3."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    shape = plain.height(), plain.width(), 4
    bgra = np.frombuffer(plain.constBits(), np.uint8).reshape(shape)
    return bgra[:, :, 2::-1].astype(np.int16)


def _shown(different: NDArray[np.bool_]) -> QImage:
    """White where pixels differ, on black."""
    height, width = different.shape
    grey = np.where(different, np.uint8(255), np.uint8(0))
    return QImage(grey.tobytes(), width, height, width, QImage.Format.Format_Grayscale8).copy()


def _save(image: QImage, path: Path) -> Path:
    assert image.convertToFormat(QImage.Format.Format_RGB32).save(str(path)), f"cannot save {path}"
    return path


def _size(image: QImage) -> str:
    return f"{image.width()} x {image.height()}"
