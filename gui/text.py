"""How times and large numbers are written, everywhere in the window."""

from __future__ import annotations

THIN_SPACE = "\u202f"
"""Narrow no-break space: a thin space that never breaks a number over two lines."""


def timecode(seconds: float) -> str:
    """``m:ss.mmm``, or ``h:mm:ss.mmm`` from one hour on; times before zero carry a minus sign."""
    # Rounded once, as whole milliseconds, so that 59.9996 s carries into the minute.
    total_ms = round(abs(seconds) * 1000)
    sign = "\u2212" if seconds < 0 and total_ms else ""
    total_s, ms = divmod(total_ms, 1000)
    minutes, s = divmod(total_s, 60)
    hours, m = divmod(minutes, 60)
    if hours:
        return f"{sign}{hours}:{m:02d}:{s:02d}.{ms:03d}"
    return f"{sign}{m}:{s:02d}.{ms:03d}"


def grouped(n: int) -> str:
    """A whole number with a thin space between thousands, such as ``1 204``."""
    return f"{n:,}".replace(",", THIN_SPACE)


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
