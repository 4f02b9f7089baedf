"""What a person types for a selection, and what is refused in one sentence."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SelectionError
from core.selection import parsing
from core.selection.frame_lists import NamedVideo, frames_of, frames_of_lines
from core.selection.request import (
    OPERATIONS,
    Balance,
    Diversity,
    FrameId,
    Strategy,
    Threshold,
    Typicality,
    Weighting,
)

DRIVE = NamedVideo(Path("media/drive.mp4"), Path("drive.flickerscope"), 100)
CITY = NamedVideo(Path("media/city.avi"), Path("town.flickerscope"), 1_000)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("diversity", Diversity()),
        ("diversity:objects=0.5", Diversity(0.5, "objects")),
        ("uncertainty=2", Weighting("objectness_least_confidence", 2.0)),
        (" uncertainty:margin = 1e-1 ", Weighting("uncertainty_margin", 0.1)),
        ("flickering:tutorial=0", Weighting("flickering_tutorial", 0.0)),
        ("typicality:objects", Typicality(of="objects")),
        ("boxes", Weighting("boxes")),
        ("speed=3", Weighting("speed", 3.0)),
        ("a=b", Weighting("a=b")),
        ("a=b=2", Weighting("a=b", 2.0)),
    ],
)
def test_a_strategy_is_a_name_and_maybe_a_strength(text: str, meant: Strategy) -> None:
    assert parsing.strategy(text, ("speed", "a=b")) == meant


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("divercity", '"divercity": choose one of diversity,'),
        ("", '""'),
        ("diversity=much", 'The strength of "diversity" is "much": give a number from 0 on.'),
        ("diversity=-1", '"-1"'),
        ("flickering=nan", '"nan"'),
        ("speed", "--metadata"),
    ],
)
def test_a_bad_strategy_is_named(text: str, says: str) -> None:
    with pytest.raises(SelectionError) as refused:
        parsing.strategy(text)
    assert says in str(refused.value)


@given(
    name=st.sampled_from(["flickering", "boxes", "speed"]),
    operation=st.sampled_from(OPERATIONS),
    value=st.floats(allow_nan=False, allow_infinity=False),
    space=st.sampled_from(["", " "]),
)
def test_every_threshold_is_read_as_it_is_written(
    name: str, operation: str, value: float, space: str
) -> None:
    read = parsing.threshold(f"{name}{space}{operation}{space}{value!r}", ("speed",))
    assert read == Threshold(name, operation, value)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["flickering", "flickering=0.5", ">0.5", "flickering>=", "x<1"])
def test_a_bad_threshold_is_named(text: str) -> None:
    with pytest.raises(SelectionError, match=r"column|threshold"):
        parsing.threshold(text)


@pytest.mark.parametrize("text", ["car 0.6, traffic light 0.4", "car=0.6,traffic light = 0.4,"])
def test_a_balance_is_classes_with_shares(text: str) -> None:
    meant = Balance((("car", 0.6), ("traffic light", 0.4)), 2.0)
    assert parsing.balance(text, ("person", "car", "traffic light"), 2.0) == meant


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("van 0.5", 'no class "van": choose one of car, bus.'),
        ("car 0.5, car 0.1", "names car twice"),
        ("car 0.8, bus 0.3", "1.1 together"),
        ("car -0.1", '"-0.1"'),
        ("car", '"car" is no class with a share'),
        (",", "names no class"),
    ],
)
def test_a_bad_balance_is_named(text: str, says: str) -> None:
    with pytest.raises(SelectionError) as refused:
        parsing.balance(text, ("car", "bus"))
    assert says in str(refused.value)


def test_frames_are_read_with_ranges_and_names() -> None:
    assert frames_of("10-12, 35,11", [DRIVE]) == tuple(FrameId(0, n) for n in (10, 11, 12, 35))
    both = frames_of("drive.mp4:7,9,town:999,drive:8 - 8", [DRIVE, CITY])
    assert both == (FrameId(0, 7), FrameId(0, 8), FrameId(0, 9), FrameId(1, 999))


@given(st.sets(st.tuples(st.integers(0, 1), st.integers(0, 99)), min_size=1))
def test_every_set_of_frames_is_read_as_it_is_written(wanted: set[tuple[int, int]]) -> None:
    text = ",".join(f"{(DRIVE, CITY)[video].names[0]}:{frame}" for video, frame in wanted)
    assert set(frames_of(text, [DRIVE, CITY])) == wanted


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = frames_of(text, [DRIVE])
    except SelectionError:
        return
    assert found
    assert all(frame.video == 0 and 0 <= frame.frame < 100 for frame in found)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("100", "drive.mp4 has no frame 100: choose frames from 0 to 99."),
        ("0-99999999999999", "no frame 99999999999999"),
        ("20-10", "ends before it begins"),
        ("ten", '"ten" is neither a frame nor a range'),
        ("boat:1", 'No video is called "boat": choose one of drive.'),
        (" , ", "names no frame"),
    ],
)
def test_bad_frames_are_named(text: str, says: str) -> None:
    with pytest.raises(SelectionError) as refused:
        frames_of(text, [DRIVE])
    assert says in str(refused.value)


def test_with_several_videos_frames_need_a_name() -> None:
    with pytest.raises(SelectionError, match=r'"5" does not say .* drive:5'):
        frames_of("5", [DRIVE, CITY])
    with pytest.raises(SelectionError, match="Several videos"):
        frames_of("drive:5", [DRIVE, DRIVE])


def test_a_file_of_labeled_frames_holds_names_frames_and_ranges(tmp_path: Path) -> None:
    file = tmp_path / "labeled.txt"
    file.write_text(
        "\ufeff# done in May\n\nimages/drive-007-mp4.png\nlabels\\city-0042-avi.txt\n"
        "town:3-4\ndrive-099-mp4\n"
    )
    found = frames_of_lines(parsing.read_labeled(file), [DRIVE, CITY])
    assert found == (
        FrameId(0, 7), FrameId(0, 99), FrameId(1, 3), FrameId(1, 4), FrameId(1, 42)
    )  # fmt: skip


def test_what_names_no_frame_in_such_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "labeled.txt"
    file.write_text("drive-100-mp4.png\n")
    with pytest.raises(SelectionError, match=r"drive-100-mp4\.png"):
        frames_of_lines(parsing.read_labeled(file), [DRIVE])
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SelectionError, match="it is no text"):
        parsing.read_labeled(file)
    with pytest.raises(SelectionError, match="missing"):
        parsing.read_labeled(tmp_path / "missing.txt")
