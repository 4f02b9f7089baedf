"""Every action of the window: its word, icon, keys and place, in one table."""

from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from gui.icons import icon
from gui.theme import Theme


@dataclass(frozen=True)
class ActionSpec:
    """What an action is called and how it is reached."""

    name: str
    text: str
    icon: str
    keys: tuple[str, ...]
    tip: str


SPECS = (
    ActionSpec("open", "Open", "open", ("Ctrl+O",), "Open a video"),
    ActionSpec(
        "open_project", "Open folder…", "film", ("Ctrl+Shift+O",),
        "Open a project, or a folder of images",
    ),
    ActionSpec("demo", "Demo", "demo", (), "Open the embedded demo"),
    ActionSpec("detect", "Detect", "detect", ("D",), "Run the detector, or go on with it"),
    ActionSpec(
        "detect_with", "Detect with…", "settings", ("Shift+D",),
        "Choose model, classes and confidence, then detect",
    ),
    ActionSpec(
        "import_file", "Import detections…", "open", (),
        "Use another program's boxes: COCO results or MOTChallenge text",
    ),
    ActionSpec(
        "import_folder", "Import detections from a folder…", "film", (),
        "Use another program's boxes: YOLO text files, or Lightly predictions",
    ),
    ActionSpec(
        "copy", "Fast scrubbing", "scrub", (),
        "Make a small copy of the video so that every scrub shows its frame at once",
    ),
    ActionSpec("cancel", "Stop", "cancel", (), "Stop detecting; keep what was seen"),
    ActionSpec("home", "First frame", "home", ("Home",), "Go to the first frame"),
    ActionSpec(
        "previous", "Previous", "previous-flicker", ("P",), "Go to the previous flickering frame"
    ),
    ActionSpec("back", "Back", "step-back", (",", "Left"), "One frame back"),
    ActionSpec("play", "Play", "play", ("Space",), "Play or pause"),
    ActionSpec("forward", "Forward", "step-forward", (".", "Right"), "One frame forward"),
    ActionSpec("next", "Next", "next-flicker", ("N",), "Go to the next flickering frame"),
    ActionSpec("end", "Last frame", "end", ("End",), "Go to the last frame"),
    ActionSpec("back_10", "10 back", "step-back", ("Shift+Left", "<"), "Ten frames back"),
    ActionSpec(
        "forward_10", "10 forward", "step-forward", ("Shift+Right", ">"), "Ten frames forward"
    ),
    ActionSpec("accept", "Accept", "accept", ("A",), "Accept the focused box as a prelabel"),
    ActionSpec("reject", "Reject", "reject", ("X",), "Reject the focused box"),
    ActionSpec("undo", "Undo", "undo", ("Ctrl+Z", "Z"), "Take back the last decision"),
    ActionSpec(
        "redo", "Redo", "redo", ("Ctrl+Shift+Z", "Shift+Z"), "Decide again what was taken back"
    ),
    ActionSpec("export", "Export", "export", ("Ctrl+E",), "Export frames with prelabels"),
    ActionSpec("fit", "Fit", "fit", ("F",), "Fit the picture into the window"),
    ActionSpec(
        "settings", "Settings…", "settings", ("Ctrl+,",),
        "Choose the appearance, and how video is decoded and kept",
    ),
    ActionSpec("quit", "Quit", "cancel", ("Ctrl+Q",), "Close the window"),
    ActionSpec("help", "Keys", "help", ("?", "F1"), "Show all keys"),
)  # fmt: skip

_TIPS = {spec.name: spec.tip for spec in SPECS}


def make_actions(owner: QWidget) -> dict[str, QAction]:
    """The actions by name, added to `owner` so that their keys work anywhere in its window."""
    actions = {}
    for spec in SPECS:
        action = QAction(spec.text, owner)
        action.setObjectName(spec.name)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        set_tip(action, spec.tip)
        owner.addAction(action)
        actions[spec.name] = action
    return actions


def set_tip(action: QAction, tip: str) -> None:
    """A tooltip that ends with the action's key."""
    key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    action.setToolTip(f"{tip} ({key})" if key else tip)


def set_enabled(action: QAction, enabled: bool, why_not: str) -> None:
    """Enable an action, or disable it and let its tooltip say why."""
    action.setEnabled(enabled)
    set_tip(action, _TIPS[action.objectName()] if enabled else why_not)


def tint_actions(actions: dict[str, QAction], theme: Theme) -> None:
    """Give the actions their icons in the theme's colours."""
    for spec in SPECS:
        actions[spec.name].setIcon(icon(spec.icon, theme))
