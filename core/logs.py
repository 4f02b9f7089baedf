"""The log file: where everything goes that a sentence on screen cannot hold."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from core.cloud.token import redacted
from core.paths import logs_dir

_TALKATIVE = ("boto3", "botocore", "s3transfer", "urllib3")
"""Loggers that write whole requests, with what is secret in them."""


def start_logging(process: str = "") -> Path:
    """Log to a bounded file from now on; secrets are left out.

    Args:
        process: Which one this is, where several run at a time: each has a file of its own.

    Returns:
        The log file.
    """
    path = logs_dir() / f"flickerscope{process and '-'}{process}.log"
    _start(RotatingFileHandler(path, maxBytes=1 << 20, backupCount=3, encoding="utf-8"))
    return path


def log_to_stderr() -> None:
    """The same for a process whose standard error somebody else keeps, as a cluster does."""
    _start(logging.StreamHandler())


def _start(handler: logging.Handler) -> None:
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


class _Redacting(logging.Formatter):
    """Sees the message, the exception and the stack as one text, so that nothing slips past."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))
