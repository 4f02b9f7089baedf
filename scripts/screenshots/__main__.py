"""Shows one state and takes its pictures: `python -m scripts.screenshots STATE FOLDER`."""

import sys
from pathlib import Path

from scripts.screenshots.stage import Stage
from scripts.screenshots.states import STATES


def main(name: str, out: Path) -> None:
    """Take the pictures of one state on the display that there is."""
    state = STATES[name]
    stage = Stage(out, state.size, state.appearance)
    try:
        state.show(stage, name)
    finally:
        stage.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
