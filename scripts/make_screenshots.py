"""Makes pictures of the real window in its main states, and with them the user guide's.

    python scripts/make_screenshots.py --out pictures
    python scripts/make_screenshots.py --out pictures --only empty --only error
    python scripts/make_screenshots.py --out pictures --guide

Needs Xvfb, and no network. Each state is shown by a process of its own on a display of its own,
on the embedded demo, which is detected for real once (half a minute on two cores).
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
# `python scripts/make_screenshots.py` puts scripts/ on the path, not the folder that holds it.
sys.path.insert(0, str(ROOT))

from benchmarks.display import x_server
from scripts.screenshots.guide import write_guide
from scripts.screenshots.states import DETECTING_SECONDS, STATES

_BEFORE = "demo"
"""The state whose home the states begin with that need a detected demo."""


def main(
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")],
    only: Annotated[list[str] | None, typer.Option(help="States to show; all without.")] = None,
    guide: Annotated[
        bool, typer.Option(help="Renew the guide's pictures, its page of keys and the README's.")
    ] = False,
) -> None:
    """Show the states, take their pictures, and print what was made."""
    wanted = only or list(STATES)
    unknown = [name for name in wanted if name not in STATES]
    if unknown:
        raise typer.BadParameter(f"no state {unknown[0]!r}; there are {', '.join(STATES)}")
    out.mkdir(parents=True, exist_ok=True)
    before = {path: path.stat().st_mtime_ns for path in out.glob("*.png")}
    with TemporaryDirectory(prefix="flickerscope-") as folder:
        _show_all(wanted, out.resolve(), Path(folder))
    made = [
        path for path in sorted(out.glob("*.png")) if before.get(path) != path.stat().st_mtime_ns
    ]
    _print_table(made)
    if guide:
        _print_table(write_guide(out, ROOT))


def _show_all(names: Sequence[str], out: Path, folder: Path) -> None:
    detected = folder / "detected"
    if any(STATES[name].detected for name in names):
        # Its pictures are wanted only if it is.
        place = out if _BEFORE in names else folder
        _show(_BEFORE, place, detected)
    for name in names:
        if name == _BEFORE:
            continue
        home = folder / name
        if STATES[name].detected:
            shutil.copytree(detected, home)
        _show(name, out, home)
        shutil.rmtree(home)


def _show(name: str, out: Path, home: Path) -> None:
    """Show one state in a process of its own.

    Raises:
        subprocess.CalledProcessError: It did not come about; its message was printed.
    """
    state = STATES[name]
    home.mkdir(exist_ok=True)
    with x_server(state.screen) as display:
        env = _environment(home) | {"DISPLAY": display, "QT_SCALE_FACTOR": str(state.scale)}
        command = [sys.executable, "-m", "scripts.screenshots", name, str(out)]
        subprocess.run(command, cwd=home, env=env, check=True, timeout=2 * DETECTING_SECONDS)


def _environment(home: Path) -> dict[str, str]:
    """Folders of the program's own, and nothing of the caller's Qt or desktop."""
    hidden = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "QT_SCALE_FACTOR", "QT_SCREEN_SCALE_FACTORS")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    return env | {
        "PYTHONPATH": str(ROOT),
        "FLICKERSCOPE_HOME": str(home),
        # Seen in dialogs; nothing is written there.
        "HOME": "/home/you",
        "XDG_CACHE_HOME": str(home),
        "LC_ALL": "C.UTF-8",
    }


def _print_table(paths: Sequence[Path]) -> None:
    for path in paths:
        with Image.open(path) as picture:
            width, height = picture.size
        print(f"{path.name:32} {width:5} × {height:<5} {path.stat().st_size / 1000:8.0f} kB")
    total = sum(path.stat().st_size for path in paths)
    print(f"{len(paths)} pictures, {total / 1e6:.2f} MB")


if __name__ == "__main__":
    typer.run(main)
