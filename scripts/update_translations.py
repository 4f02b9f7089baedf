"""Bring the catalogues of translations up to what the window says; see docs/ARCHITECTURE.md.

Run `python scripts/update_translations.py`: every text of `gui` gets an entry in each file of
resources/translations, translations of texts that are still said stay, the others go.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from gui.action_table import GROUPS, SPECS
from gui.catalogue import Entry, Key, read_catalogue, write_catalogue

CATALOGUES = REPOSITORY / "resources" / "translations"
_TABLE = "gui/action_table.py"
_FUNCTIONS = ("tr", "tr_n", "mark")


def main() -> None:
    """Update every catalogue and say what is left to translate."""
    said = extracted()
    for path in sorted(CATALOGUES.glob("*.po")):
        entries = updated(said, read_catalogue(path.read_text(encoding="utf-8")))
        path.write_text(write_catalogue(entries), encoding="utf-8")
        missing = [entry.text for entry in entries if not all(entry.said)]
        print(f"{path.name}: {len(entries) - 1} texts, {len(missing)} to translate")
        for text in missing:
            print(f"    {text!r}")


def extracted() -> list[Entry]:
    """What the window says, by file and line; each text once."""
    found: dict[Key, Entry] = {}
    for entry in _all():
        known = found.setdefault(entry.key, entry)
        if known.many != entry.many:
            raise ValueError(f"{entry.text!r} has two plurals: {known.many!r}, {entry.many!r}")
        found[entry.key] = replace(known, where=tuple(dict.fromkeys(known.where + entry.where)))
    return list(found.values())


def updated(said: Iterable[Entry], catalogue: Iterable[Entry]) -> list[Entry]:
    """The header of a catalogue, and what is said with the catalogue's translations."""
    old = {entry.key: entry for entry in catalogue}
    entries = [old["", ""]]
    for entry in said:
        known = old.get(entry.key)
        kept = known is not None and known.many == entry.many
        empty = ("", "") if entry.many else ("",)
        entries.append(replace(entry, said=known.said if known and kept else empty))
    return entries


def _all() -> Iterator[Entry]:
    for group in GROUPS:
        yield Entry(group, "group", where=(_TABLE,))
    for spec in SPECS:
        for text in (spec.text, spec.short, spec.tip):
            if text:
                yield Entry(text, where=(_TABLE,))
    for path in sorted((REPOSITORY / "gui").rglob("*.py")):
        yield from _of_file(path)


def _of_file(path: Path) -> Iterator[Entry]:
    where = path.relative_to(REPOSITORY).as_posix()
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _FUNCTIONS
    ]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        if any(isinstance(argument, ast.JoinedStr) for argument in call.args):
            raise ValueError(f"{where}:{call.lineno}: an f-string cannot be translated")
        texts = [
            argument.value
            for argument in call.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
        if texts and isinstance(call.args[0], ast.Constant):
            many = texts[1] if isinstance(call.func, ast.Name) and call.func.id == "tr_n" else ""
            yield Entry(texts[0], many=many, where=(where,))


if __name__ == "__main__":
    main()
