"""Catalogues of translations: gettext's `.po` files, read and written as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

Key = tuple[str, str]
"""Context, which is mostly empty, and the English text."""

_LINE = re.compile(r'(?:(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) )?(".*")')
_RULE = re.compile(r"plural=([^;]+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One text and its translation."""

    text: str
    context: str = ""
    many: str = ""
    """The English plural; empty for a text that does not depend on a number."""
    said: tuple[str, ...] = ("",)
    """The translation, in each plural form; empty while there is none."""
    where: tuple[str, ...] = ()
    """Files that say it."""

    @property
    def key(self) -> Key:
        return self.context, self.text


def read_catalogue(text: str) -> list[Entry]:
    """The entries of a `.po` file; its header is the one of the empty text."""
    return [_entry(block) for block in text.strip().split("\n\n") if "msgid" in block]


def write_catalogue(entries: Iterable[Entry]) -> str:
    """The text of a `.po` file."""
    return "\n".join(map(_block, entries))


def plural_rule(header: str) -> str:
    """gettext's expression in n for the number of the plural form; English's if none is given."""
    found = _RULE.search(header)
    return found[1] if found else "n != 1"


def _entry(block: str) -> Entry:
    fields: dict[str, str] = {}
    name, where = "", []
    for line in block.splitlines():
        if line.startswith("#: "):
            where.append(line[3:])
        if found := _LINE.fullmatch(line):
            name = found[1] or name
            fields[name] = fields.get(name, "") + json.loads(found[2])
    said = tuple(words for name, words in sorted(fields.items()) if name.startswith("msgstr"))
    return Entry(
        fields["msgid"],
        fields.get("msgctxt", ""),
        fields.get("msgid_plural", ""),
        said,
        tuple(where),
    )


def _block(entry: Entry) -> str:
    lines = [f"#: {file}" for file in entry.where]
    if entry.context:
        lines.append(f"msgctxt {_quoted(entry.context)}")
    lines.append(f"msgid {_quoted(entry.text)}")
    if entry.many:
        lines.append(f"msgid_plural {_quoted(entry.many)}")
        lines += [f"msgstr[{number}] {_quoted(said)}" for number, said in enumerate(entry.said)]
    else:
        lines.append(f"msgstr {_quoted(entry.said[0])}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Over several lines where the text has several, as gettext's own tools write it."""
    lines = [json.dumps(line, ensure_ascii=False) for line in text.splitlines(keepends=True)]
    return "\n".join(['""', *lines]) if len(lines) > 1 else "".join(lines) or '""'
