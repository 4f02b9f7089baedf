"""What of the guide follows from the program: its pictures, and its page of keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from gui.action_table import GROUPS, SPECS, ActionSpec

_README_PICTURE = "dark"
_PICTURE = re.compile(r"!\[[^]]*\]\(([\w-]+)\.png\)")
_KEYS_INTRO = """\
# Keys

[Contents](index.md)

Every action, and its standard keys. **?** shows them over the window; *Change keys…* there gives an
action any other key, or several. **Ctrl+K** finds an action by a part of its name, and says why it
cannot be used now where it cannot. *More*, at the right end of the toolbar, lists all of them.
"""
_KEYS_OUTRO = """
While a box is edited or drawn, the arrows move it by one pixel, with **Shift** by ten; with **Alt**
they move its lower right corner. **Return** is done, **Escape** takes it back.
"""


def keys_page() -> str:
    """The guide's page of keys, in Markdown."""
    tables = "\n".join(_table(group) for group in GROUPS)
    return f"{_KEYS_INTRO}\n{tables}{_KEYS_OUTRO}"


def pictures_in(page: str) -> list[str]:
    """Names of the pictures that a page shows, without `.png`."""
    return _PICTURE.findall(page)


def write_guide(taken: Path, root: Path) -> list[Path]:
    """Write the page of keys, and every picture that a page or the README shows.

    Args:
        taken: Folder with the pictures as they were taken.
        root: Of the repository.

    Raises:
        FileNotFoundError: A page shows a picture that was not taken.
    """
    folder = root / "resources" / "guide"
    (folder / "keys.md").write_text(keys_page(), encoding="utf-8")
    pages = [page.read_text(encoding="utf-8") for page in sorted(folder.glob("*.md"))]
    names = dict.fromkeys(name for page in pages for name in pictures_in(page))
    targets = {folder / f"{name}.png": name for name in names}
    targets[root / "docs" / "screenshot.png"] = _README_PICTURE
    for target, name in targets.items():
        _write_small(taken / f"{name}.png", target)
    for unused in set(folder.glob("*.png")).difference(targets):
        unused.unlink()
    return list(targets)


def _write_small(source: Path, target: Path) -> None:
    """Every pixel is kept: with few colours, those of two states can come out as one."""
    with Image.open(source) as picture:
        picture.convert("RGB").save(target, optimize=True)


def _table(group: str) -> str:
    rows = "\n".join(_rows(spec for spec in SPECS if spec.group == group))
    return f"## {group}\n\n| key | action | does |\n|---|---|---|\n{rows}\n"


def _rows(specs: Iterator[ActionSpec]) -> Iterator[str]:
    for spec in specs:
        keys = ", ".join(f"**{_escaped(key)}**" for key in spec.keys) or "–"
        yield f"| {keys} | {spec.text.rstrip('…')} | {spec.tip} |"


def _escaped(key: str) -> str:
    """A key as Markdown shows it in a table."""
    return re.sub(r"([<>|*_\\])", r"\\\1", key)
