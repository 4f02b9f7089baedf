"""Damaged files: what can be decoded is reachable, the rest says so, and nothing hangs."""

import random
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from core.errors import DamagedFrameError, VideoError
from core.frames import FrameRange
from core.video import VideoReader
from core.video.decoder import ContainerDecoder
from tests.core.clips import Clip, digest, make_clip, x264

FRAMES = 90
KEYINT = 15
CLIPS = [
    Clip("h264.mp4", options=x264(keyint=KEYINT, bframes=3)),
    Clip("h264.mkv", options=x264(keyint=KEYINT, bframes=2)),
    Clip("h264.ts", options=x264(keyint=KEYINT, bframes=3)),
    Clip("mpeg4.avi", "mpeg4", {"g": str(KEYINT)}),
    Clip("vp9.webm", "libvpx-vp9", {"g": str(KEYINT), "deadline": "realtime", "cpu-used": "8"}),
]


def packets_of(path: Path) -> list[tuple[int, int]]:
    """Place and size of each packet, in file order."""
    with av.open(str(path)) as container:
        return [(p.pos or 0, p.size) for p in container.demux(video=0) if p.size]


def flip_bits(path: Path, first: int, last: int, seed: int) -> None:
    """Flip three bits in each packet of a stretch."""
    chance = random.Random(seed)
    data = bytearray(path.read_bytes())
    for place, size in packets_of(path)[first:last]:
        for _ in range(3):
            data[place + chance.randrange(min(8, size - 1), size)] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def pictures(path: Path) -> list[bytes]:
    with VideoReader(path) as reader:
        return [digest(reader.frame_at(i)) for i in range(len(reader))]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.name)
def test_flipped_bits_cost_no_more_than_their_groups_of_pictures(
    tmp_path: Path, clip: Clip, seed: int
) -> None:
    path = make_clip(tmp_path, clip)
    whole = pictures(path)
    flip_bits(path, 36, 44, seed)
    with VideoReader(path) as reader:
        assert len(reader) == FRAMES
        for frame in random.Random(seed).sample(range(FRAMES), FRAMES):
            clear = frame < 2 * KEYINT or frame >= 4 * KEYINT
            try:
                (decoded,) = reader.decode(FrameRange(frame, frame + 1))
            except DamagedFrameError:
                assert not clear, frame
                continue
            assert decoded.index == frame
            if clear:
                assert not decoded.damaged, frame
                assert digest(decoded.picture()) == whole[frame], frame


def test_a_picture_that_differs_is_marked_as_damaged(tmp_path: Path) -> None:
    path = make_clip(tmp_path, Clip("h264.mp4", options=x264(keyint=KEYINT, bframes=0)))
    whole = pictures(path)
    data = bytearray(path.read_bytes())
    place, size = packets_of(path)[40]
    data[place + size // 4 : place + size] = bytes(size - size // 4)
    path.write_bytes(data)
    marked, differing = set(), set()
    with VideoReader(path) as reader:
        for decoded in reader.decode(FrameRange(0, FRAMES)):
            if decoded.damaged:
                marked.add(decoded.index)
            if digest(decoded.picture()) != whole[decoded.index]:
                differing.add(decoded.index)
    assert differing, "the damage did nothing"
    assert differing <= marked <= set(range(30, 45))


@pytest.mark.parametrize("clip", CLIPS[1:4], ids=lambda clip: clip.name)
@pytest.mark.parametrize("share", [0.6, 0.83])
def test_the_frames_before_a_cut_are_all_there(tmp_path: Path, clip: Clip, share: float) -> None:
    path = make_clip(tmp_path, clip)
    whole = pictures(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    complete = sum(place + size <= len(data) * share for place, size in packets_of_bytes(path))
    with VideoReader(path) as reader:
        found = [digest(p.picture()) for p in reader.decode(FrameRange(0, len(reader)))]
        assert complete > 20
        # B-frames whose reference was cut off leave holes at the very end.
        assert found[: complete - 4] == whole[: complete - 4]
        last = len(reader) - 1
        first_try = outcome(reader, last)
        assert outcome(reader, 0) == whole[0]
        assert outcome(reader, last) == first_try


def packets_of_bytes(path: Path) -> list[tuple[int, int]]:
    """The packets of a file that ends early."""
    found = []
    try:
        with av.open(str(path)) as container:
            for packet in container.demux(video=0):
                if packet.size:
                    found.append((packet.pos or 0, packet.size))
    except av.FFmpegError:
        return found
    return found


def outcome(reader: VideoReader, frame: int) -> bytes | None:
    try:
        return digest(reader.frame_at(frame))
    except DamagedFrameError:
        return None


def test_garbage_in_a_stream_costs_the_frames_it_hits(tmp_path: Path) -> None:
    path = make_clip(tmp_path, CLIPS[2])
    whole = set(pictures(path))
    data = path.read_bytes()
    middle = len(data) // 2 // 188 * 188
    path.write_bytes(data[:middle] + random.Random(1).randbytes(4000) + data[middle:])
    with VideoReader(path) as reader:
        outcomes = [outcome(reader, i) for i in range(len(reader))]
    assert len(outcomes) >= FRAMES - 2
    assert sum(o in whole for o in outcomes) >= FRAMES - 2 * KEYINT


def test_a_gap_in_the_timestamps_changes_no_frame(tmp_path: Path) -> None:
    even = make_clip(tmp_path, CLIPS[0])
    gap = tmp_path / "gap.mp4"
    with av.open(str(even)) as source, av.open(str(gap), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.pts is None or packet.dts is None:
                continue
            if packet.pts >= 3 * KEYINT * 512:
                packet.pts, packet.dts = packet.pts + 5000 * 512, packet.dts + 5000 * 512
            packet.stream = stream
            target.mux(packet)
    assert pictures(gap) == pictures(even)
    with VideoReader(gap) as reader:
        at = 3 * KEYINT
        assert reader.index.timestamp(at) - reader.index.timestamp(at - 1) == pytest.approx(
            5001 / 25
        )


def test_no_request_reads_on_far_beyond_its_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_clip(tmp_path, Clip("hollow.mp4", options=x264(keyint=300, bframes=0), frames=300))
    data = bytearray(path.read_bytes())
    for place, size in packets_of(path)[20:]:
        data[place : place + size] = b"\xff" * size
    path.write_bytes(data)
    steps = 0
    advance = ContainerDecoder.advance

    def counted(decoder: ContainerDecoder, wanted: int) -> bool:
        nonlocal steps
        steps += 1
        return advance(decoder, wanted)

    with VideoReader(path) as reader:
        monkeypatch.setattr(ContainerDecoder, "advance", counted)
        for frame in (30, 100, 30):
            steps = 0
            with pytest.raises(DamagedFrameError):
                reader.frame_at(frame)
            # The way to the frame, a bound beyond it, and each of them for a seek and for a walk.
            assert steps <= 2 * (frame + 100), frame
        reader.frame_at(5)


@pytest.mark.parametrize(
    "clip",
    [
        Clip("hole.mp4", options=x264(keyint=KEYINT, bframes=2), frames=300),
        Clip("hole.avi", "mpeg4", {"g": str(KEYINT)}, frames=300),
    ],
    ids=lambda clip: clip.name,
)
def test_a_walk_goes_on_behind_a_long_damaged_stretch(tmp_path: Path, clip: Clip) -> None:
    path = make_clip(tmp_path, clip)
    whole = pictures(path)
    data = bytearray(path.read_bytes())
    for place, size in packets_of(path)[60:240]:
        data[place : place + size] = b"\xff" * size
    path.write_bytes(data)
    with VideoReader(path) as reader:
        for start in (0, 150):
            found = {frame.index: frame for frame in reader.decode(FrameRange(start, 300))}
            # The last B-frames before the hole lack what they build upon.
            assert {*range(start, 58), *range(245, 300)} <= set(found)
            assert not set(found) & set(range(60, 238))
            clear = [frame for frame in found.values() if not frame.damaged]
            assert {*range(start, 45), *range(275, 300)} <= {frame.index for frame in clear}
            assert all(digest(frame.picture()) == whole[frame.index] for frame in clear)


@pytest.mark.parametrize("suffix", ["mp4", "avi", "mkv", "ts", "webm", "mov"])
def test_what_is_no_video_is_a_sentence(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(4).bytes(100_000)
    for name, content in {"noise": noise, "zeros": bytes(100_000), "text": b"hello"}.items():
        path = tmp_path / f"{name}.{suffix}"
        path.write_bytes(content)
        with pytest.raises(VideoError, match=rf"{name}\.{suffix}"):
            VideoReader(path)


def test_an_mp4_without_its_index_says_so(tmp_path: Path) -> None:
    path = make_clip(tmp_path, CLIPS[0])
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moov") - 4])
    with pytest.raises(VideoError, match="a cut-off MP4 lacks its index"):
        VideoReader(path)


def test_random_damage_never_ends_in_anything_but_a_picture_or_a_sentence(tmp_path: Path) -> None:
    make: list[Callable[[bytearray, random.Random], None]] = [
        lambda data, chance: data.__setitem__(chance.randrange(len(data)), chance.randrange(256)),
        lambda data, chance: data.__delitem__(
            slice(at := chance.randrange(len(data)), at + chance.randrange(2000))
        ),
    ]
    for clip in CLIPS:
        path = make_clip(tmp_path, clip)
        sound = path.read_bytes()
        for seed in range(4):
            chance, data = random.Random(seed), bytearray(sound)
            for _ in range(30):
                chance.choice(make)(data, chance)
            path.write_bytes(data)
            try:
                with VideoReader(path) as reader:
                    for _ in range(10):
                        outcome(reader, chance.randrange(len(reader)))
            except VideoError:
                continue
