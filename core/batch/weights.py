"""A detector's weights on every computer of a cluster, also where only one of them has the file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from core.detectors.base import BUILT_IN, DetectorConfig
from core.detectors.weights import digest, locate
from core.paths import models_dir, new_folder

Files = Mapping[str, bytes]
"""Content of files by their path below the weights' folder; of a single file, by its name."""

_DIGITS = 16
"""Of a hash, in the name of a folder: enough for no two weights to share one."""


@dataclass(frozen=True)
class Weights:
    """Which weights a batch detects with."""

    path: str
    """Where they are on the computer that began the batch: a file, or a folder."""
    sha256: str
    """See `core.detectors.weights.digest`."""


def weights_of(config: DetectorConfig) -> Weights | None:
    """What a configuration names, downloaded if it is a known name.

    None for the model of a detector that somebody has installed: it may be anything.

    Raises:
        DetectorError: There are no such weights.
    """
    if config.detector != BUILT_IN:
        return None
    path = locate(config)[0]
    return Weights(str(path.absolute()), digest(path))


def files_of(weights: Weights) -> Files:
    """The content of weights that are on this computer."""
    path = Path(weights.path)
    if path.is_file():
        return {path.name: path.read_bytes()}
    return {
        f"{path.name}/{file.relative_to(path).as_posix()}": file.read_bytes()
        for file in path.rglob("*")
        if file.is_file()
    }


def weights_here(weights: Weights, fetch: Callable[[], Files]) -> Path:
    """A path on this computer that holds these very weights.

    It is their own path where the same is there, else that of a copy, which is kept among the
    program's models. Its last part is always the same: it gives a model its name.

    Args:
        weights: Which.
        fetch: Brings their content; asked only where they are not here yet.

    Raises:
        OSError: The copy cannot be written.
    """
    path = Path(weights.path)
    if path.exists() and digest(path) == weights.sha256:
        return path
    kept = models_dir() / "received" / weights.sha256[:_DIGITS]
    kept.parent.mkdir(exist_ok=True)
    with FileLock(f"{kept}.lock"):
        if not kept.exists():
            with new_folder(kept) as folder:
                for name, content in fetch().items():
                    file = folder / name
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(content)
    return kept / path.name
