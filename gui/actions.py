"""The window's actions, made from their table."""

from __future__ import annotations

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from gui.action_table import GROUPS, SPECS, ActionSpec, Group
from gui.i18n import tr
from gui.icons import icon
from gui.keymap import Keys, effective, native
from gui.theme import Theme

__all__ = [
    "GROUPS", "SPECS", "ActionSpec", "Group",
    "apply_keys", "in_group", "keys_of", "make_actions", "set_enabled", "set_tip", "tint_actions",
]  # fmt: skip

_TIPS = {spec.name: spec.tip for spec in SPECS}


def make_actions(owner: QWidget, keys: Keys) -> dict[str, QAction]:
    """The actions by name, added to `owner` so that their keys work anywhere in its window.

    Args:
        owner: The window.
        keys: Those that a person has chosen instead of the standard ones.
    """
    actions = {}
    for spec in SPECS:
        action = QAction(tr(spec.text), owner)
        action.setAutoRepeat(spec.repeats)
        if spec.short:
            action.setIconText(tr(spec.short))
        action.setObjectName(spec.name)
        action.setCheckable(spec.checkable)
        action.setWhatsThis(tr(spec.tip))
        owner.addAction(action)
        actions[spec.name] = action
    apply_keys(actions, keys)
    return actions


def apply_keys(actions: dict[str, QAction], keys: Keys) -> None:
    """Give every action its keys, and say them in its tooltip."""
    for name, own in effective(keys).items():
        actions[name].setShortcuts([QKeySequence(key) for key in own])
        set_tip(actions[name], actions[name].whatsThis())


def in_group(actions: dict[str, QAction], group: Group) -> list[QAction]:
    """The actions of one group, in the order of the table."""
    return [actions[spec.name] for spec in SPECS if spec.group == group]


def keys_of(action: QAction) -> str:
    """The keys of an action as this system writes them, or nothing."""
    return "   ".join(native(key.toString()) for key in action.shortcuts())


def set_tip(action: QAction, tip: str) -> None:
    """A tooltip that ends with the action's key; the sentence alone is its `whatsThis`."""
    key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    action.setWhatsThis(tip)
    action.setToolTip(f"{tip} ({key})" if key else tip)


def set_enabled(action: QAction, enabled: bool, why_not: str) -> None:
    """Enable an action, or disable it and let its tooltip say why."""
    action.setEnabled(enabled)
    set_tip(action, tr(_TIPS[action.objectName()]) if enabled else why_not)


def tint_actions(actions: dict[str, QAction], theme: Theme) -> None:
    """Give the actions their icons in the theme's colours."""
    for spec in SPECS:
        actions[spec.name].setIcon(icon(spec.icon, theme))
