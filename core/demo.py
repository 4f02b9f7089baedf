"""The embedded demo: a rendered clip and a detector trained on other renderings."""

from importlib.resources import files
from pathlib import Path

from core.detectors.base import DetectorConfig


def demo_video() -> Path:
    """The demo clip: rendered traffic in rain, seen from a car."""
    return _resource("rain.mp4")


def demo_config() -> DetectorConfig:
    """The demo's own detector, with standard settings."""
    return DetectorConfig(model=str(_resource("detector.pt")))


def _resource(name: str) -> Path:
    return Path(str(files("resources"))) / "demo" / name
