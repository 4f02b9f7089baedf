"""How times and large numbers are written, and names are put in order, everywhere."""

import re

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


def natural(name: str) -> list[tuple[int, str]]:
    """What names are sorted by so that `cam2` comes before `cam10`."""
    # Numbers are at odd places.
    parts = enumerate(re.split(r"(\d+)", name))
    return [(int(part), "") if at % 2 else (-1, part) for at, part in parts]
