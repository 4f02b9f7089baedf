"""Ticks of the ruler: whole frames when zoomed in, round times when zoomed out."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gui.text import grouped, timecode
from gui.timeline.clock import Clock
from gui.timeline.layout import TimelineLayout

_LABEL_GAP = 24.0
_MINOR_GAP = 6.0
_FRAME_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
# Seconds from label to label, and the steps between, the finest that has room being drawn.
_SECOND_STEPS: dict[int, tuple[float, ...]] = {
    1: (0.2, 0.5),
    2: (0.5, 1),
    5: (1,),
    10: (1, 2, 5),
    15: (1, 5),
    30: (5, 10),
    60: (10, 15, 30),
    120: (30, 60),
    300: (60,),
    600: (60, 120, 300),
    900: (60, 300),
    1800: (300, 600),
    3600: (600, 900, 1800),
    7200: (1800, 3600),
    18000: (3600,),
    36000: (3600, 7200),
}


@dataclass(frozen=True, slots=True)
class Tick:
    """One mark on the ruler."""

    x: float
    """Logical pixels."""
    time: str = ""
    """Timecode; empty for a minor tick."""
    frame: str = ""
    """Frame number; empty for a minor tick."""


def ticks(layout: TimelineLayout, clock: Clock, label_width: float) -> list[Tick]:
    """Every tick in view, from left to right.

    `label_width` is that of the widest label in pixels; labels keep clear of each other.
    """
    room = (label_width + _LABEL_GAP) / layout.pixels_per_frame
    for step in _FRAME_STEPS:
        if step >= room and step <= max(clock.fps / 2, 1):
            return _frame_ticks(layout, clock, step)
    return _time_ticks(layout, clock, room / clock.fps)


def _frame_ticks(layout: TimelineLayout, clock: Clock, step: int) -> list[Tick]:
    first = max(0, math.floor(layout.first))
    last = min(layout.frames, math.ceil(layout.last))
    minor = next(m for m in (1, 2, 5, 10, 20, 50, 100, step) if _divides(m, step, layout))
    result = []
    for frame in range(first // minor * minor, last, minor):
        if frame % step:
            result.append(Tick(layout.x_of(frame)))
        else:
            label = timecode(clock.seconds(frame))
            result.append(Tick(layout.x_of(frame), label, grouped(frame)))
    return result


def _divides(minor: int, step: int, layout: TimelineLayout) -> bool:
    return minor == step or (step % minor == 0 and minor * layout.pixels_per_frame >= _MINOR_GAP)


def _time_ticks(layout: TimelineLayout, clock: Clock, room_s: float) -> list[Tick]:
    step = next((s for s in _SECOND_STEPS if s >= room_s), 0)
    if not step:
        step = math.ceil(room_s / 36000) * 36000
    per_second = clock.fps * layout.pixels_per_frame
    minors = _SECOND_STEPS.get(step, ())
    minor = next((m for m in minors if m * per_second >= _MINOR_GAP), float(step))
    per_label = round(step / minor)
    begin = max(0, math.floor(layout.first))
    end = min(layout.frames - 1, math.ceil(layout.last))
    first = math.ceil(clock.seconds(begin) / minor - 1e-9)
    last = math.floor(clock.seconds(end) / minor + 1e-9)
    return [
        _time_tick(layout, clock, n * minor, n % per_label == 0) for n in range(first, last + 1)
    ]


def _time_tick(layout: TimelineLayout, clock: Clock, seconds: float, labelled: bool) -> Tick:
    position = clock.position(seconds)
    x = layout.x_of(position)
    if not labelled:
        return Tick(x)
    # The tolerance lets 1.000 s at 25 frames a second be frame 25 in spite of binary fractions.
    return Tick(x, timecode(seconds), grouped(math.floor(position + 1e-6)))
