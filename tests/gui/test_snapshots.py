"""That comparing pictures finds differences, and only those that can be seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from tests.gui import snapshots
from tests.gui.snapshots import UPDATE_VARIABLE, check_snapshot


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> QImage:
    """A grey picture that is kept as "grey"."""
    monkeypatch.setattr(snapshots, "_FOLDER", tmp_path / "kept")
    image = QImage(100, 100, QImage.Format.Format_RGB32)
    image.fill(QColor(100, 100, 100))
    monkeypatch.setenv(UPDATE_VARIABLE, "1")
    check_snapshot(image, "grey", tmp_path)
    monkeypatch.delenv(UPDATE_VARIABLE)
    return image


def with_square(image: QImage, side: int, colour: QColor | Qt.GlobalColor) -> QImage:
    changed = image.copy()
    painter = QPainter(changed)
    painter.fillRect(QRect(10, 10, side, side), colour)
    painter.end()
    return changed


def test_the_same_picture_passes(kept: QImage, tmp_path: Path) -> None:
    check_snapshot(kept, "grey", tmp_path)
    check_snapshot(with_square(kept, 50, QColor(103, 100, 100)), "grey", tmp_path)


def test_a_visible_change_fails_and_is_shown(kept: QImage, tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"1\.00% of pixels differ.*grey-diff\.png"):
        check_snapshot(with_square(kept, 10, Qt.GlobalColor.white), "grey", tmp_path)
    assert QImage(str(tmp_path / "grey-actual.png")).size() == kept.size()
    diff = QImage(str(tmp_path / "grey-diff.png"))
    assert diff.pixelColor(15, 15) == Qt.GlobalColor.white
    assert diff.pixelColor(30, 30) == Qt.GlobalColor.black


def test_a_faint_change_of_everything_fails(kept: QImage, tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="mean"):
        check_snapshot(with_square(kept, 90, QColor(110, 110, 110)), "grey", tmp_path)


def test_tolerance_is_obeyed(kept: QImage, tmp_path: Path) -> None:
    changed = with_square(kept, 10, Qt.GlobalColor.white)
    check_snapshot(changed, "grey", tmp_path, tolerance=0.02)


def test_another_size_fails(kept: QImage, tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="100 x 99 instead of 100 x 100"):
        check_snapshot(kept.copy(0, 0, 100, 99), "grey", tmp_path)


def test_a_picture_never_kept_fails(kept: QImage, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no picture green"):
        check_snapshot(kept, "green", tmp_path)
