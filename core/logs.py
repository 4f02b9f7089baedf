"""The log file: where everything goes that a sentence on screen cannot hold."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from core.paths import logs_dir


def start_logging() -> Path:
    """Log to a bounded file from now on.

    Returns:
        The log file.
    """
    path = logs_dir() / "flickerscope.log"
    handler = RotatingFileHandler(path, maxBytes=1 << 20, backupCount=3, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return path
