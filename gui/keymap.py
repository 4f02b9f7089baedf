"""Which key does what: the standard keys, and those that a person has chosen instead."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QKeySequence

from gui.action_table import SPECS

Keys = Mapping[str, tuple[str, ...]]
"""Keys by action, as Qt writes them everywhere, such as ``Ctrl+Shift+Z``."""

STANDARD: Keys = {spec.name: spec.keys for spec in SPECS}


def effective(chosen: Keys) -> dict[str, tuple[str, ...]]:
    """The keys of every action.

    Args:
        chosen: Those that differ from the standard. Unknown actions are left out, and a key is
            with the first action that has it: the file of settings can be edited by hand.
    """
    keys = {name: chosen.get(name, standard) for name, standard in STANDARD.items()}
    owners: dict[str, str] = {}
    # What a person chose goes before what nobody did.
    for name in sorted(keys, key=lambda name: name not in chosen):
        for key in keys[name]:
            owners.setdefault(normal(key), name)
    return {
        name: tuple(key for key in map(normal, own) if key and owners[key] == name)
        for name, own in keys.items()
    }


def differences(keys: Keys) -> dict[str, tuple[str, ...]]:
    """What of `keys` is not standard, which is all that is kept."""
    return {
        name: own
        for name, own in keys.items()
        if tuple(map(normal, own)) != tuple(map(normal, STANDARD[name]))
    }


def owner(key: str, keys: Keys) -> str | None:
    """The action that has a key, or None."""
    return next((name for name, own in keys.items() if normal(key) in map(normal, own)), None)


def normal(key: str) -> str:
    """A key as Qt writes it everywhere; empty for what is none."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def native(key: str) -> str:
    """A key as this system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
