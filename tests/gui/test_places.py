"""Where a person means: frames, times, shares, and so far on or back."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from core.frames import FrameIndex
from gui.places import place
from gui.text import THIN_SPACE, grouped, timecode


def index_of(frames: int, rate: Fraction) -> FrameIndex:
    """A video with frames at a constant rate."""
    ticks = np.arange(frames, dtype=np.int64) * rate.denominator
    return FrameIndex(ticks, np.ones(frames, np.bool_), Fraction(1, rate.numerator))


NTSC = index_of(200_000, Fraction(30000, 1001))
SHORT = index_of(250, Fraction(25))


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("0", 0),
        (" 204 ", 204),
        ("2 04", 204),
        (f"0{THIN_SPACE}204", 204),
        ("0:08.840", 221),
        ("0:08.84", 221),
        ("0:8", 200),
        ("0:00:08.84", 221),
        ("8.84s", 221),
        ("8.84 s", 221),
        ("8s", 200),
        (".2s", 5),
        ("9.99s", 249),
        ("10s", 249),
        ("50%", 124),
        ("0 %", 0),
        ("100%", 249),
        ("+100", 200),
        ("-100", 0),
        ("\u221230", 70),
        ("+1000", 249),
        ("-2s", 50),
        ("+0:02", 150),
        ("+99s", 249),
        ("-99s", 0),
    ],
)
def test_a_place_is_found(text: str, frame: int) -> None:
    assert place(text, 100, SHORT) == frame


def test_hours_are_told_from_minutes() -> None:
    assert place("1:02:03", 0, NTSC) == NTSC.frame_at_time(3723)
    assert place("62:03", 0, NTSC) == NTSC.frame_at_time(3723)


@pytest.mark.parametrize("frame", [0, 1, 2, 29, 30, 1001, 53_947, 199_998, 199_999])
def test_what_the_window_writes_leads_back_to_its_frame(frame: int) -> None:
    assert place(timecode(NTSC.timestamp(frame)), 5, NTSC) == frame
    assert place(grouped(frame), 5, NTSC) == frame


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("250", "The last frame is 249."),
        ("0:10.500", "The video ends at 0:09.960."),
        ("3600s", "The video ends at 0:09.960."),
        ("101%", "100 % is the last frame."),
        ("8.84", "Frames are whole numbers; for a time write 8.84s."),
        ("+", "Write how many frames, such as +100, or how long, such as -2s."),
        ("-x", "Write how many frames, such as +100, or how long, such as -2s."),
        ("car", "Write a frame such as 1204, a time such as 0:08.840, or a share such as 50%."),
        ("1:2:3:4", "Write a frame such as 1204, a time such as 0:08.840, or a share such as 50%."),
        ("", "Write a frame such as 1204, a time such as 0:08.840, or a share such as 50%."),
    ],
)
def test_what_is_no_place_is_answered_with_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError) as refused:
        place(text, 100, SHORT)
    assert str(refused.value) == sentence
