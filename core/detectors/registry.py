"""The detectors that there are: this program's, and those that people have installed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import entry_points

from core.detectors.base import BUILT_IN, EVERY_FRAME, Detector, DetectorConfig, Say
from core.errors import DetectorError

GROUP = "flickerscope.detectors"
"""Entry-point group; the entry's name is `DetectorConfig.detector`."""

MakeDetector = Callable[[DetectorConfig, tuple[int, int], Say], Detector]
"""Loads a detector for pictures of this width and height, px; may tell how far it is."""


def detector_names() -> tuple[str, ...]:
    """Every detector that can be chosen, the built-in one first; none is loaded for it."""
    others = sorted(entry.name for entry in entry_points(group=GROUP))
    return (BUILT_IN, *(name for name in others if name != BUILT_IN))


@dataclass
class _Kept:
    """The detector that was made last."""

    config: DetectorConfig
    size: tuple[int, int]
    detector: Detector


_keeping = False
_kept: _Kept | None = None


def keep_detectors() -> None:
    """From now on this process loads a detector once for videos of one size that follow each other.

    For one that works on a video after the other: nobody else may use the detector meanwhile.
    """
    global _keeping
    _keeping = True


def make_detector(config: DetectorConfig, size: tuple[int, int], say: Say) -> Detector:
    """The detector that a configuration names, loaded.

    Args:
        config: What a person chose.
        size: Width and height of the pictures to come, px.
        say: Told what is being prepared.

    Raises:
        DetectorError: There is no such detector, or it cannot be loaded.
    """
    global _kept
    if not _keeping:
        return _made(config, size, say)
    config = replace(config, sampling=EVERY_FRAME)  # which a detector does not ask for
    if _kept is None or (_kept.config, _kept.size) != (config, size):
        _kept = None  # before the next one takes memory
        _kept = _Kept(config, size, _made(config, size, say))
    return _kept.detector


def _made(config: DetectorConfig, size: tuple[int, int], say: Say) -> Detector:
    entry = next((e for e in entry_points(group=GROUP) if e.name == config.detector), None)
    if entry is None and config.detector == BUILT_IN:
        from core.detectors.ultralytics import UltralyticsDetector

        return UltralyticsDetector(config, size, say)
    if entry is None:
        raise DetectorError(
            f'There is no detector "{config.detector}"',
            mend=f"choose one of {', '.join(detector_names())}, or install the package with it",
        )
    try:
        make: MakeDetector = entry.load()
        return make(config, size, say)
    except DetectorError:
        raise
    except Exception as error:
        raise DetectorError(
            f'The detector "{entry.name}" ({entry.value}) cannot be loaded '
            f"({type(error).__name__}: {error})",
            mend="mend or uninstall the package that brings it",
        ) from error
