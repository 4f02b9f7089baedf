"""Detectors that the nodes of a test's cluster have installed, beside this program's."""

import os
import signal
import time

from core.detectors.base import Detector, DetectorConfig, Notice, Say
from tests.core.killing import Columns

ENTRY_POINTS = """[flickerscope.detectors]
columns = tests.core.ray_detectors:columns
visible = tests.core.ray_detectors:visible
patient = tests.core.ray_detectors:patient
deadly = tests.core.ray_detectors:deadly
"""
MOMENT = 1.5
"""Seconds, long enough for two workers to be seen at the same time."""


def columns(config: DetectorConfig, size: tuple[int, int], say: Say) -> Detector:
    """Needs no weights."""
    return Columns()


def visible(config: DetectorConfig, size: tuple[int, int], say: Say) -> Detector:
    """Tells which graphics devices it could use, and when it did."""
    began = time.time()
    time.sleep(MOMENT)
    say(Notice(f"{os.environ.get('CUDA_VISIBLE_DEVICES')} {began} {time.time()}"))
    return Columns()


def patient(config: DetectorConfig, size: tuple[int, int], say: Say) -> Detector:
    """Takes longer than any test."""
    time.sleep(600)
    return Columns()


def deadly(config: DetectorConfig, size: tuple[int, int], say: Say) -> Detector:
    """Ends its process."""
    os.kill(os.getpid(), signal.SIGKILL)
    return Columns()
