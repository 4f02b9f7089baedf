"""How times and large numbers are written, everywhere in the window."""

from __future__ import annotations

from core.words import THIN_SPACE, grouped, timecode

__all__ = ["THIN_SPACE", "clock", "data_size", "grouped", "percent", "rate", "timecode"]


def clock(seconds: float) -> str:
    """A time to go, ``m:ss`` or ``h:mm:ss``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def percent(share: float) -> str:
    """A share of 1 in whole per cent, such as ``41 %``."""
    return f"{100 * share:.0f}{THIN_SPACE}%"


def data_size(count: int) -> str:
    """A number of bytes in the unit that fits, such as ``1.2 GiB``."""
    size = float(count)
    for unit in ("B", "KiB", "MiB"):
        if size < 999.5:
            return f"{size:.0f}{THIN_SPACE}{unit}"
        size /= 1024
    return f"{size:,.1f}{THIN_SPACE}GiB".replace(",", THIN_SPACE)


def rate(per_second: float) -> str:
    """Frames a second, with as many digits as mean something."""
    return grouped(round(per_second)) if per_second >= 100 else f"{per_second:.1f}"
