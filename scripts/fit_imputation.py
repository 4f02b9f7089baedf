"""Learn the numbers behind linking and plausibility from sequences with true tracks.

    python scripts/fit_imputation.py FOLDER...

Writes resources/imputation.json. `benchmarks/imputation.py` says how well they do on other videos
than those that they were learnt from.
"""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

# `python scripts/fit_imputation.py` puts scripts/ on the path, not the folder that holds it.
HOME = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HOME))

from benchmarks.fitting import fit
from benchmarks.ground_truth import sequences
from core.calibration import APPEAR, LINK, MULTIBOX, PLAUSIBILITY

TARGET = HOME / "resources" / "imputation.json"


def main(folders: Annotated[list[Path], typer.Argument(help="Folders of sequences.")]) -> None:
    """Fit, print and write."""
    known = [sequence for folder in folders for sequence in sequences(folder)]
    found = fit(known)
    about: dict[str, object] = {
        group: {name: round(x, 4) for name, x in zip(names, weights, strict=True)}
        for group, names, weights in (
            ("link", LINK, found.link),
            ("plausibility", PLAUSIBILITY, found.plausibility),
            ("appear", APPEAR, found.appear),
            ("multibox", MULTIBOX, found.multibox),
        )
    }
    about |= {
        "cut": found.cut,
        "learnt_from": [sequence.name for sequence in known],
    }
    text = json.dumps(about, indent=2)
    TARGET.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    typer.run(main)
