"""What the program remembers of models: class names, speeds, and which files are trusted.

A model is known by the hash of its weights, so that a file that was trained anew is a new model
and one that was moved is not. Nothing in here runs code of a model.
"""

import json
import logging
import re
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from math import inf
from pathlib import Path
from typing import Any

from core.demo import demo_config
from core.detectors.base import DetectorConfig, DetectorInfo
from core.detectors.weights import digest
from core.paths import models_dir, write_text_atomically

log = logging.getLogger(__name__)

_COCO_NAME = re.compile(r"(yolov8|yolo11)[nsmlx](\.pt)?")
"""Published models that know the 80 classes of COCO; others, as yolov8n-cls.pt, have their own."""
_WEIGHTS = {".pt", ".onnx", ".engine"}
_MOST_FILES = 64
"""An exported folder has a handful; nobody waits for the hash of a whole disk."""
_MOST_MODELS = 200
"""Models that are remembered, newest last."""

_Stamp = tuple[tuple[str, int, int], ...]


@dataclass
class _Memory:
    """What the file holds."""

    classes: dict[str, list[str]] = field(default_factory=dict)
    """Names of each class id, by the weights' SHA-256."""
    speeds: dict[str, dict[str, float]] = field(default_factory=dict)
    """Frames a second, by the weights' SHA-256 and what `_circumstances` says."""
    trusted: list[str] = field(default_factory=list)
    """SHA-256 of files that may run code."""


_hashes: dict[Path, tuple[_Stamp, str]] = {}
"""Hashes of files that did not change since."""


def remember(config: DetectorConfig, info: DetectorInfo, fps: float) -> None:
    """Keep what a run, or a part of one, told of its model.

    Args:
        config: What was asked for.
        info: What the detector said it is.
        fps: Frames a second; 0 if that is not known.
    """
    memory = _load()
    # Taken out first, so that it comes in as the newest.
    memory.classes.pop(info.sha256, None)
    memory.classes[info.sha256] = list(info.class_names)
    speeds = memory.speeds.pop(info.sha256, {})
    if fps > 0:
        device = info.device.partition(":")[0]
        # "auto" and what it came to are two ways to ask for the same.
        for backend, where in ((config.backend, config.device), (info.backend, device)):
            speeds[_circumstances(config, backend, where)] = round(fps, 2)
    memory.speeds[info.sha256] = speeds
    for known in list(memory.classes)[:-_MOST_MODELS]:
        del memory.classes[known]
        memory.speeds.pop(known, None)
    _save(memory)


def class_names_of(model: str) -> tuple[str, ...] | None:
    """Names of a model's classes; None if nobody can tell without loading it."""
    path = _weights_of(model)
    if path is None:
        return _coco_names() if _COCO_NAME.fullmatch(model) else None
    if path.is_dir() and (names := _names_in(path / "metadata.yaml")):
        return names
    known = _load().classes.get(_hash(path) or "")
    if known is None and path.parent == models_dir() and _COCO_NAME.fullmatch(model):
        return _coco_names()
    return None if known is None else tuple(known)


def expected_fps(config: DetectorConfig) -> float | None:
    """Frames a second of the last run with this model, backend, device and image size."""
    path = _weights_of(config.model)
    sha256 = _hash(path) if path is not None else None
    speeds = _load().speeds.get(sha256 or "", {})
    return speeds.get(_circumstances(config, config.backend, config.device))


def must_be_trusted(model: str) -> bool:
    """Whether loading a model runs code from outside that nobody has agreed to yet."""
    path = _weights_of(model)
    # A name that was downloaded is no path: it lies in the program's own folder.
    if path is None or path.suffix.lower() != ".pt":
        return False
    path = path.resolve()
    if path.is_relative_to(models_dir().resolve()) or path == Path(demo_config().model).resolve():
        return False
    return _hash(path) not in _load().trusted


def trust(model: str) -> None:
    """Agree that a file may run its code, now and wherever it is moved to."""
    path = _weights_of(model)
    sha256 = None if path is None else _hash(path)
    memory = _load()
    if sha256 is not None and sha256 not in memory.trusted:
        memory.trusted.append(sha256)
        _save(memory)


def _circumstances(config: DetectorConfig, backend: str, device: str) -> str:
    return f"{config.detector} {backend} {device} {config.image_size or 'own'}"


def _weights_of(model: str) -> Path | None:
    """The file or folder that would be loaded, if it is on this computer and could be a model."""
    try:
        path = Path(model).expanduser()
        if path.is_file():
            return path if path.suffix.lower() in _WEIGHTS else None
        if path.is_dir():
            return path if any(path.glob("*.xml")) else None
        cached = models_dir() / (model if model.endswith(".pt") else f"{model}.pt")
        return cached if path.name == model and cached.is_file() else None
    except (OSError, RuntimeError):
        # What is half typed may be no path at all, such as that of an unknown user.
        return None


def _hash(path: Path) -> str | None:
    """The hash of a file or folder; None if it cannot be read or is no model's folder."""
    try:
        path = path.resolve()
        stamp = _stamp(path)
        if stamp is None:
            return None
        before, known = _hashes.get(path, ((), ""))
        if before != stamp:
            known = digest(path)
            _hashes[path] = stamp, known
        return known
    except OSError:
        log.info("%s cannot be read", path, exc_info=True)
        return None


def _stamp(path: Path) -> _Stamp | None:
    """Changes whenever a file does."""
    stamp: list[tuple[str, int, int]] = []
    for file in [path] if path.is_file() else path.rglob("*"):
        if len(stamp) == _MOST_FILES:
            return None
        facts = file.stat()
        stamp.append((str(file), facts.st_size, facts.st_mtime_ns))
    return tuple(sorted(stamp))


@cache
def _coco_names() -> tuple[str, ...] | None:
    # Finding the package does not import it.
    spec = find_spec("ultralytics")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0])
    return _names_in(folder / "cfg" / "datasets" / "coco.yaml")


def _names_in(file: Path) -> tuple[str, ...] | None:
    """The classes that a YAML file of ultralytics lists, if it numbers them from 0."""
    import yaml  # type: ignore[import-untyped]

    try:
        names = yaml.safe_load(file.read_text(encoding="utf-8"))["names"]
        return tuple(str(names[number]) for number in range(len(names)))
    except (OSError, ValueError, TypeError, LookupError, yaml.YAMLError):
        log.info("%s lists no classes", file, exc_info=True)
        return None


def _file() -> Path:
    return models_dir() / "known.json"


def _load() -> _Memory:
    try:
        return _checked(json.loads(_file().read_text(encoding="utf-8")))
    except FileNotFoundError:
        return _Memory()
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        log.warning("what is known of models cannot be read from %s", _file(), exc_info=True)
        return _Memory()


def _checked(saved: dict[str, Any]) -> _Memory:
    memory = _Memory(
        {str(key): [str(name) for name in names] for key, names in saved["classes"].items()},
        {
            str(key): {str(how): float(fps) for how, fps in speeds.items()}
            for key, speeds in saved["speeds"].items()
        },
        [str(sha256) for sha256 in saved["trusted"]],
    )
    if not all(isinstance(names, list) for names in saved["classes"].values()):
        raise TypeError("expected lists of class names")
    if not all(0 < fps < inf for speeds in memory.speeds.values() for fps in speeds.values()):
        raise ValueError("expected speeds above 0")
    return memory


def _save(memory: _Memory) -> None:
    try:
        write_text_atomically(_file(), json.dumps(vars(memory), indent=1))
    except OSError:
        log.warning("what is known of models could not be saved", exc_info=True)
