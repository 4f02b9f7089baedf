"""The user guide, in a window of its own."""

from __future__ import annotations

from importlib.resources import files

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QImage,
    QKeySequence,
    QShortcut,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from gui.i18n import tr

_FIRST = "index.md"
_SIZE = (960, 800)
_WIDEST = 848
"""Of a picture, logical px: what the page has room for in a window of that size."""


class _Pages(QTextBrowser):
    """Shows pictures at their own size where there is room, and smaller where there is not."""

    def __init__(self) -> None:
        super().__init__()
        self.document().setDocumentMargin(24)
        self.setOpenExternalLinks(True)
        self.sourceChanged.connect(self._space)

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: N802 - Qt's name
        data = super().loadResource(kind, name)
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return data
        picture, ratio = QImage.fromData(data), self.devicePixelRatioF()
        if picture.width() > _WIDEST:
            smooth = Qt.TransformationMode.SmoothTransformation
            picture = picture.scaledToWidth(round(_WIDEST * ratio), smooth)
            picture.setDevicePixelRatio(ratio)
        return picture

    def _space(self) -> None:
        """Markdown brings hardly any room between the lines, and above headings."""
        cursor = QTextCursor(self.document())
        while True:
            block = cursor.blockFormat()
            block.setLineHeight(4, QTextBlockFormat.LineHeightTypes.LineDistanceHeight.value)
            if cursor.currentTable() is None:
                block.setTopMargin(16 if block.headingLevel() > 1 else 4)
                block.setBottomMargin(8)
            cursor.setBlockFormat(block)
            if not cursor.movePosition(QTextCursor.MoveOperation.NextBlock):
                break
        for table in self.document().rootFrame().childFrames():
            framed = table.frameFormat()
            framed.setTopMargin(8)
            table.setFrameFormat(framed)


class GuideDialog(QDialog):
    """Reads the guide's pages, which are packaged as Markdown with their pictures."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("User guide"))
        self.resize(*_SIZE)
        self._page = _Pages()
        self._page.setAccessibleName(tr("User guide"))
        back, contents = QPushButton(tr("Back")), QPushButton(tr("Contents"))
        back.setToolTip(tr("The page before (Alt+Left)"))
        contents.setToolTip(tr("The first page"))
        back.clicked.connect(self._page.backward)
        back.setEnabled(False)
        self._page.backwardAvailable.connect(back.setEnabled)
        contents.clicked.connect(self.show_first)
        close = QPushButton(tr("Close"))
        close.clicked.connect(self.close)
        QShortcut(QKeySequence(Qt.Key.Key_F1), self, self.close)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(back)
        buttons.addWidget(contents)
        buttons.addStretch()
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addWidget(self._page)
        layout.addLayout(buttons)
        for button in (back, contents, close):
            button.setAutoDefault(False)
        self.show_first()
        self._page.setFocus()

    def show_first(self) -> None:
        """Show the first page."""
        path = files("resources").joinpath("guide", _FIRST)
        self._page.setSource(QUrl.fromLocalFile(str(path)))


def open_guide(parent: QWidget, guide: GuideDialog | None = None) -> GuideDialog:
    """Show the guide beside the window, where it was left if it was open before."""
    guide = guide or GuideDialog(parent)
    if guide.isVisible():
        guide.raise_()
    guide.show()
    guide.activateWindow()
    return guide
