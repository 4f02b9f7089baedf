"""A run's detections on disk: one npz file, replaced as a whole."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.detections import Detections, empty_detections
from core.errors import ProjectError
from core.paths import write_atomically


def save_detections(path: Path, detections: Detections) -> None:
    """Write the detections; a reader sees the old file or the new one, never a part.

    Raises:
        ProjectError: The file cannot be written; what was there before still is.
    """
    try:
        write_atomically(
            path,
            lambda temporary: np.savez(
                temporary,
                xyxy=detections.xyxy,
                score=detections.score,
                class_id=detections.class_id,
                offsets=detections.offsets,
                allow_pickle=False,
                **_looked_at(detections),
            ),
        )
    except OSError as error:
        raise ProjectError(
            f"The detections could not be saved to {path} ({error.strerror})",
            mend="free some disk space or make the folder writable, then detect again",
        ) from error


def load_detections(path: Path) -> Detections:
    """Read the detections of a run; none for a run that never got as far as saving.

    Raises:
        ProjectError: The file is damaged.
    """
    if not path.exists():
        return empty_detections()
    try:
        with path.open("rb") as file:
            columns = np.load(file, allow_pickle=False)
            return Detections(
                columns["xyxy"], columns["score"], columns["class_id"], columns["offsets"],
                columns.get("moved"), columns.get("cut"), columns.get("uncertainty"),
            )  # fmt: skip
    except Exception as error:
        # A broken byte can lead zipfile and numpy to raise anything at all.
        raise ProjectError(
            f"The detections in {path} are damaged ({error})", mend="detect again"
        ) from error


def _looked_at(detections: Detections) -> dict[str, NDArray[np.generic]]:
    """The columns that runs of earlier versions, and of some detectors, do not have."""
    found = {
        "moved": detections.moved,
        "cut": detections.cut,
        "uncertainty": detections.uncertainty,
    }
    return {name: column for name, column in found.items() if column is not None}
