"""Frame indices on disk: the same again, or none."""

import os
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import FrameIndex, PacketOrder
from core.video.identity import FileIdentity, identify
from core.video.index_store import index_file, load_index, save_index
from tests.conftest import MakeVideo

IDENTITY = FileIdentity(123_456, 1_700_000_000_123_456_789, "ab" * 32)


def index_of(count: int = 50, packets: PacketOrder | None = None) -> FrameIndex:
    pts = np.cumsum(np.random.default_rng(count).integers(1, 3000, count)) - 5000
    keyframes = np.arange(count) % 12 == 0
    return FrameIndex(pts.astype(np.int64), keyframes, Fraction(1001, 24000), packets)


def loaded(folder: Path, identity: FileIdentity = IDENTITY) -> FrameIndex:
    stored = load_index(folder, identity)
    assert stored is not None
    return stored.index


def test_an_index_comes_back_as_it_was(tmp_path: Path) -> None:
    saved = index_of()
    save_index(tmp_path, IDENTITY, saved)
    again = loaded(tmp_path)
    assert again.same_frames(saved)
    assert again.time_base == Fraction(1001, 24000)
    assert np.array_equal(again.pts, saved.pts)
    assert np.array_equal(again.keyframes, saved.keyframes)
    assert (again.pts.dtype, again.keyframes.dtype) == (np.int64, np.bool_)
    assert again.packets is None
    assert [path.name for path in tmp_path.iterdir()] == ["abababababababab.npz"]


@pytest.mark.parametrize("with_dts", [True, False])
def test_the_order_of_packets_comes_back_as_it_was(tmp_path: Path, with_dts: bool) -> None:
    number = np.array([0, 3, 1, 2, 4], np.int64)
    dts = np.array([-2, 0, 1, 5, 9], np.int64) if with_dts else None
    save_index(tmp_path, IDENTITY, index_of(5, PacketOrder(number, dts)))
    packets = loaded(tmp_path).packets
    assert packets is not None
    assert packets.number.tolist() == number.tolist()
    assert packets.frames == {0: 0, 3: 1, 1: 2, 2: 3, 4: 4}
    assert (packets.dts is None) is (dts is None)
    if packets.dts is not None and dts is not None:
        assert packets.dts.tolist() == dts.tolist()


@settings(max_examples=30, deadline=None)
@given(
    st.builds(Fraction, st.integers(1, 2**31 - 1), st.integers(1, 2**31 - 1)),
    st.integers(-(2**62), 2**62),
)
def test_any_time_base_and_any_timestamp_come_back(
    tmp_path_factory: pytest.TempPathFactory, time_base: Fraction, pts: int
) -> None:
    folder = tmp_path_factory.mktemp("index")
    index = FrameIndex(np.array([pts], np.int64), np.ones(1, np.bool_), time_base)
    save_index(folder, IDENTITY, index)
    assert loaded(folder).same_frames(index)
    assert loaded(folder).time_base == time_base


def test_a_newer_index_takes_the_place_of_the_older(tmp_path: Path) -> None:
    save_index(tmp_path, IDENTITY, index_of(10))
    save_index(tmp_path, IDENTITY, index_of(20))
    assert len(loaded(tmp_path)) == 20


def test_an_index_tells_which_file_it_was_made_from(tmp_path: Path) -> None:
    save_index(tmp_path, IDENTITY, index_of())
    copied = replace(IDENTITY, mtime_ns=5)
    stored = load_index(tmp_path, copied)
    assert stored is not None
    assert stored.identity == IDENTITY != copied


@pytest.mark.parametrize(
    "other",
    [
        replace(IDENTITY, size=IDENTITY.size + 1),
        replace(IDENTITY, digest="ab" * 31 + "cd"),  # of the same file name
        replace(IDENTITY, digest="cd" * 32),
    ],
)
def test_another_content_has_no_index_here(tmp_path: Path, other: FileIdentity) -> None:
    save_index(tmp_path, IDENTITY, index_of())
    assert load_index(tmp_path, other) is None


def test_without_a_file_there_is_no_index(tmp_path: Path) -> None:
    assert load_index(tmp_path / "nowhere", IDENTITY) is None


def test_a_damaged_index_is_none_whatever_the_damage(tmp_path: Path) -> None:
    saved = index_of()
    save_index(tmp_path, IDENTITY, saved)
    path = index_file(tmp_path, IDENTITY)
    good, pick, refused = path.read_bytes(), random.Random(5), 0
    for turn in range(300):
        data = bytearray(good)
        if turn % 2:
            data = data[: pick.randrange(len(data))]
        else:
            data[pick.randrange(len(data))] = pick.randrange(256)
            data[pick.randrange(len(data) - 600, len(data))] = pick.randrange(256)
        path.write_bytes(data)
        stored = load_index(tmp_path, IDENTITY)
        refused += stored is None
    assert refused > 200


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04"])
def test_a_file_that_is_no_index_is_none(tmp_path: Path, content: bytes) -> None:
    index_file(tmp_path, IDENTITY).write_bytes(content)
    assert load_index(tmp_path, IDENTITY) is None


def test_an_index_of_another_version_is_none(tmp_path: Path) -> None:
    save_index(tmp_path, IDENTITY, index_of())
    path = index_file(tmp_path, IDENTITY)
    with np.load(path) as saved:
        columns = dict(saved)
    columns["version"] = np.array(99)
    np.savez(path, **columns)
    assert load_index(tmp_path, IDENTITY) is None


def test_an_index_that_cannot_be_saved_costs_only_time(
    regular_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    save_index(regular_file / "index", IDENTITY, index_of())
    assert "could not be saved" in caplog.text
    assert load_index(regular_file / "index", IDENTITY) is None


def test_a_file_is_known_by_its_size_its_ends_and_its_time(
    make_video: MakeVideo, tmp_path: Path
) -> None:
    path = make_video(folder=tmp_path)
    first = identify(path)
    assert identify(path) == first
    os.utime(path, (5, 5))
    touched = identify(path)
    assert touched != first
    assert touched.same_content(first)
    data = bytearray(path.read_bytes())
    for at in (0, len(data) - 1):
        changed = bytearray(data)
        changed[at] ^= 1
        path.write_bytes(changed)
        assert not identify(path).same_content(first)
    path.write_bytes(data + b"\0")
    assert not identify(path).same_content(first)


def test_a_folder_of_images_is_known_by_its_images_alone(tmp_path: Path) -> None:
    for name in ("1.png", "2.png", "10.png"):
        (tmp_path / name).write_bytes(name.encode() * 100)
    first = identify(tmp_path)
    (tmp_path / "notes.txt").write_text("no image")
    assert identify(tmp_path).same_content(first)
    (tmp_path / "10.png").write_bytes(b"other" * 100)
    assert not identify(tmp_path).same_content(first)
