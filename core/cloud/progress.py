"""How far an upload is, how fast, and how long it will still take."""

import threading
import time
from collections import deque
from dataclasses import dataclass

_WINDOW = 8.0
"""Seconds that rates look back."""


@dataclass(frozen=True)
class UploadProgress:
    """An upload at one moment."""

    done_bytes: int
    total_bytes: int
    done_files: int
    total_files: int
    bytes_per_second: float
    """Of the last seconds."""
    paused: bool
    seconds_left: float | None
    """None while nobody can know."""


class Meter:
    """Counts what arrives; any thread may count, one asks.

    Thousands of small files take as long as their number says, a video as long as its bytes: the
    time left is that of the slower of the two, for both go at the same time.
    """

    def __init__(self, total_bytes: int, total_files: int, large_bytes: int, large: int) -> None:
        self._totals = total_bytes, total_files
        self._small, self._large_bytes = total_files - large, large_bytes
        self._lock = threading.Lock()
        self._bytes = self._files = self._small_done = self._large_done = 0
        self._seen: deque[tuple[float, int, int, int]] = deque([(time.monotonic(), 0, 0, 0)])

    @property
    def files(self) -> int:
        """Files that have arrived."""
        return self._files

    def count_small(self, size: int) -> None:
        """A file arrived that is sent in one request."""
        with self._lock:
            self._bytes += size
            self._files += 1
            self._small_done += 1

    def count_part(self, size: int) -> None:
        """Bytes of a large file have left; negative if they must be sent again."""
        with self._lock:
            self._bytes += size
            self._large_done += size

    def count_large(self) -> None:
        """A large file has arrived."""
        with self._lock:
            self._files += 1

    def progress(self, *, paused: bool) -> UploadProgress:
        """Where it stands; asked about ten times a second."""
        with self._lock:
            now = time.monotonic(), self._bytes, self._small_done, self._large_done
            files = self._files
        if paused:
            self._seen.clear()
        self._seen.append(now)
        while now[0] - self._seen[0][0] > _WINDOW:
            self._seen.popleft()
        first = self._seen[0]
        rates = [
            (late - early) / max(now[0] - first[0], 1e-9) if now[0] > first[0] else 0.0
            for early, late in zip(first[1:], now[1:], strict=True)
        ]
        small = _seconds(self._small - now[2], rates[1])
        large = _seconds(self._large_bytes - now[3], rates[2])
        left = None if paused or small is None or large is None else max(small, large)
        return UploadProgress(
            now[1], self._totals[0], files, self._totals[1], rates[0], paused, left
        )


def _seconds(left: int, rate: float) -> float | None:
    if left <= 0:
        return 0.0
    return left / rate if rate > 0 else None
