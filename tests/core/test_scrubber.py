"""Frames for someone who goes from one to the next: the right ones, and mostly without decoding."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Cancelled, DamagedFrameError
from core.frames import FrameRange
from core.video import Picture, VideoReader
from core.video.picture import DecodedFrame
from core.video.scrubber import Scrubber
from tests.conftest import MakeVideo

IndexIn = Callable[[Picture], int]

COUNT = 240


@pytest.fixture(scope="module")
def clip(make_video: MakeVideo) -> Path:
    """One keyframe at the start, and B-frames."""
    return make_video("long-gop.mp4", COUNT, gop=1000, b_frames=3)


@dataclass
class Spied:
    """A scrubber, and what it makes its reader and its decoder do from now on."""

    scrubber: Scrubber
    walks: list[tuple[int, int]] = field(default_factory=list)
    seeks: list[int] = field(default_factory=list)
    packets: int = 0

    def forget(self) -> None:
        self.walks.clear()
        self.seeks.clear()
        self.packets = 0


@pytest.fixture
def spy(clip: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Spied]]:
    """Makes scrubbers whose real reader and decoder are watched."""
    readers: list[VideoReader] = []

    def make(path: Path = clip, frames: int | None = None) -> Spied:
        reader = VideoReader(path)
        readers.append(reader)
        budget = {} if frames is None else {"ring_bytes": frames * size_of_a_frame(reader)}
        spied = Spied(Scrubber(reader, **budget))
        decode, seek, advance = reader.decode, reader._decoder.seek, reader._decoder.advance

        def watched_decode(frames: FrameRange, **options: object) -> Iterator[DecodedFrame]:
            spied.walks.append((frames.start, frames.stop))
            return decode(frames, **options)  # type: ignore[arg-type]

        def watched_seek(frame: int) -> None:
            spied.seeks.append(frame)
            seek(frame)

        def watched_advance(wanted: int) -> bool:
            spied.packets += 1
            return advance(wanted)

        monkeypatch.setattr(reader, "decode", watched_decode)
        monkeypatch.setattr(reader._decoder, "seek", watched_seek)
        monkeypatch.setattr(reader._decoder, "advance", watched_advance)
        return spied

    yield make
    for reader in readers:
        reader.close()


def size_of_a_frame(reader: VideoReader) -> int:
    return next(reader.decode(FrameRange(0, 1))).nbytes


def held(scrubber: Scrubber, count: int = COUNT) -> list[int]:
    return [frame for frame in range(count) if scrubber.holds(frame)]


def look_ahead_to_the_end(scrubber: Scrubber) -> int:
    """Look ahead until there is nothing to do; how often that was."""
    for turn in range(3 * COUNT):
        if scrubber.missing_ahead() is None:
            return turn
        scrubber.look_ahead()
    raise AssertionError("looking ahead never ends")


def test_frames_in_any_order_are_the_ones_asked_for(
    spy: Callable[..., Spied], index_in: IndexIn
) -> None:
    pick = random.Random(6)
    for frames in (None, 8, 40):
        scrubber = spy(frames=frames).scrubber
        at = 0
        for _ in range(120):
            at = pick.choice([pick.randrange(COUNT), at + 1, at + 1, at - 1, at - 1, at - 9])
            at = min(max(at, 0), COUNT - 1)
            assert index_in(scrubber.frame(at).picture()) == at
            if pick.random() < 0.3:
                scrubber.look_ahead()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    walk=st.lists(st.tuples(st.integers(0, COUNT - 1), st.booleans(), st.booleans()), max_size=12),
    ring=st.integers(1, 60),
)
def test_any_walk_with_looking_ahead_and_stopping_shows_the_right_frames(
    clip: Path, index_in: IndexIn, walk: list[tuple[int, bool, bool]], ring: int
) -> None:
    with VideoReader(clip) as reader:
        scrubber = Scrubber(reader, ring * size_of_a_frame(reader))
        for frame, ahead, stopped in walk:
            if stopped:
                packets = iter(range(7))
                try:
                    scrubber.frame(frame, lambda packets=packets: next(packets, None) is None)
                except Cancelled:
                    assert not scrubber.holds(frame)
                    continue
            assert index_in(scrubber.frame(frame).picture()) == frame
            if ahead:
                scrubber.look_ahead()
        assert all(index_in(scrubber.frame(f).picture()) == f for f in held(scrubber))


@pytest.mark.parametrize(("frames", "bound"), [(1, 8), (8, 8), (30, 30), (1000, 250)])
def test_the_ring_never_holds_more_than_its_bound(
    spy: Callable[..., Spied], frames: int, bound: int
) -> None:
    scrubber = spy(frames=frames).scrubber
    for frame in [*range(0, COUNT, 3), *range(COUNT - 1, 0, -2), 5, 200, 6]:
        scrubber.frame(frame)
        scrubber.look_ahead()
        assert len(held(scrubber)) <= bound == scrubber.capacity
        assert scrubber.holds(frame)


def test_what_was_decoded_before_a_frame_is_kept_for_steps_back(
    spy: Callable[..., Spied], index_in: IndexIn
) -> None:
    spied = spy(frames=30)
    for frame in range(100, 121):
        spied.scrubber.frame(frame)
    spied.forget()
    for frame in range(120, 99, -1):
        assert index_in(spied.scrubber.frame(frame).picture()) == frame
    assert spied.walks == []
    assert spied.packets == 0


def test_a_few_steps_back_from_a_frame_that_was_jumped_to_are_free(
    spy: Callable[..., Spied],
) -> None:
    spied = spy()
    spied.scrubber.frame(200)
    spied.forget()
    for frame in range(199, 189, -1):
        spied.scrubber.frame(frame)
    assert spied.walks == []


def test_steps_forward_never_seek(spy: Callable[..., Spied], index_in: IndexIn) -> None:
    spied = spy(frames=20)
    spied.scrubber.frame(30)
    spied.forget()
    for frame in range(31, 90):
        assert index_in(spied.scrubber.frame(frame).picture()) == frame
        spied.scrubber.look_ahead()
    assert spied.seeks == []
    # Nor is a packet decoded twice.
    assert spied.packets <= 2 * 60 + 64


def test_many_steps_back_cost_few_walks(spy: Callable[..., Spied], index_in: IndexIn) -> None:
    spied = spy(frames=40)
    spied.scrubber.frame(220)
    spied.forget()
    for frame in range(219, 99, -1):
        assert index_in(spied.scrubber.frame(frame).picture()) == frame
    assert len(spied.walks) <= 120 // 20


def test_looking_ahead_forwards_makes_the_next_frames_free_and_ends(
    spy: Callable[..., Spied], index_in: IndexIn
) -> None:
    spied = spy(frames=40)
    spied.scrubber.frame(100)
    spied.scrubber.frame(101)
    assert spied.scrubber.missing_ahead() == FrameRange(102, 103)
    look_ahead_to_the_end(spied.scrubber)
    spied.forget()
    for frame in range(102, 112):
        assert index_in(spied.scrubber.frame(frame).picture()) == frame
    assert spied.walks == []


def test_looking_ahead_backwards_makes_the_frames_before_free_and_ends(
    spy: Callable[..., Spied], index_in: IndexIn
) -> None:
    spied = spy(frames=40)
    spied.scrubber.frame(150)
    spied.scrubber.frame(149)
    missing = spied.scrubber.missing_ahead()
    assert missing is not None
    assert missing.stop <= 149
    assert look_ahead_to_the_end(spied.scrubber) <= 2
    spied.forget()
    for frame in range(148, 125, -1):
        assert index_in(spied.scrubber.frame(frame).picture()) == frame
    assert spied.walks == []


def test_turning_round_looks_into_the_other_direction(spy: Callable[..., Spied]) -> None:
    scrubber = spy(frames=16).scrubber
    scrubber.frame(100)
    scrubber.frame(99)
    look_ahead_to_the_end(scrubber)
    assert min(held(scrubber)) < 92
    scrubber.frame(100)
    look_ahead_to_the_end(scrubber)
    assert {101, 102, 103, 104} <= set(held(scrubber))


@pytest.mark.parametrize("start", [0, 1, COUNT - 2, COUNT - 1])
def test_at_the_ends_there_is_nothing_beyond_to_look_at(
    spy: Callable[..., Spied], start: int
) -> None:
    scrubber = spy(frames=16).scrubber
    scrubber.frame(start)
    for step in (1, -1, 0):
        scrubber.frame(min(max(start + step, 0), COUNT - 1))
        look_ahead_to_the_end(scrubber)
    assert scrubber.missing_ahead() is None
    scrubber.look_ahead()


def test_a_jump_goes_nowhere_in_particular_and_a_step_back_goes_back(
    spy: Callable[..., Spied],
) -> None:
    scrubber = spy(frames=40).scrubber
    scrubber.frame(200)
    scrubber.frame(50)
    assert scrubber.missing_ahead() == FrameRange(51, 52)
    scrubber.frame(49)
    missing = scrubber.missing_ahead()
    assert missing is None or missing.stop <= 49


def test_near_is_a_few_steps_away(spy: Callable[..., Spied]) -> None:
    scrubber = spy().scrubber
    scrubber.frame(100)
    assert [f for f in range(COUNT) if scrubber.near(f)] == list(range(88, 113))


@pytest.mark.parametrize("after", [0, 1, 30, 100])
def test_stopping_a_walk_leaves_it_usable(
    spy: Callable[..., Spied], index_in: IndexIn, after: int
) -> None:
    spied = spy(frames=40)
    spied.scrubber.frame(20)
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    with pytest.raises(Cancelled):
        spied.scrubber.frame(200, cancelled)
    assert asked == after + 1
    assert all(index_in(spied.scrubber.frame(f).picture()) == f for f in held(spied.scrubber))
    for frame in (21, 200, 3, 201):
        assert index_in(spied.scrubber.frame(frame).picture()) == frame


def test_a_walk_says_what_it_still_leads_to(spy: Callable[..., Spied]) -> None:
    scrubber = spy(frames=40).scrubber
    scrubber.frame(150)
    scrubber.frame(149)
    missing = scrubber.missing_ahead()
    assert missing is not None
    coming = list(range(missing.start, missing.stop))
    told: list[list[int]] = []

    def look() -> bool:
        told.append([frame for frame in range(COUNT) if scrubber.will_hold(frame)])
        return False

    scrubber.look_ahead(look)
    assert told[0] == coming
    assert all(now == coming[len(coming) - len(now) :] for now in told)
    assert len(told[-1]) < len(coming) // 2


def test_stopping_while_looking_ahead_keeps_what_was_decoded(
    spy: Callable[..., Spied], index_in: IndexIn
) -> None:
    scrubber = spy(frames=40).scrubber
    scrubber.frame(150)
    scrubber.frame(149)
    with pytest.raises(Cancelled):
        scrubber.look_ahead(lambda: True)
    look_ahead_to_the_end(scrubber)
    assert index_in(scrubber.frame(130).picture()) == 130


DAMAGED = (7, 8, 9, 30)


@pytest.fixture
def damaged(make_video: MakeVideo) -> Path:
    path = make_video("damaged.mp4", 40, gop=1)
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    data = bytearray(path.read_bytes())
    for frame in DAMAGED:
        at, size = packets[frame]
        assert at is not None
        data[at : at + size] = b"\xff" * size
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("order", ["forwards", "backwards", "jumps"])
def test_damaged_frames_are_refused_one_by_one_and_all_others_shown(
    spy: Callable[..., Spied], damaged: Path, index_in: IndexIn, order: str
) -> None:
    frames = list(range(40))
    if order == "backwards":
        frames.reverse()
    elif order == "jumps":
        random.Random(3).shuffle(frames)
    scrubber = spy(damaged, 12).scrubber
    for frame in frames:
        if frame in DAMAGED:
            with pytest.raises(DamagedFrameError, match=f"Frame {frame} of damaged.mp4"):
                scrubber.frame(frame)
        else:
            assert index_in(scrubber.frame(frame).picture()) == frame
        look_ahead_to_the_end(scrubber)


def test_looking_ahead_passes_over_damage_and_ends(
    spy: Callable[..., Spied], damaged: Path
) -> None:
    scrubber = spy(damaged, 40).scrubber
    scrubber.frame(5)
    scrubber.frame(6)
    look_ahead_to_the_end(scrubber)
    assert {10, 11, 12} <= set(held(scrubber, 40))
    scrubber.frame(12)
    scrubber.frame(11)
    look_ahead_to_the_end(scrubber)
    assert set(range(7)) <= set(held(scrubber, 40))
