"""Long videos in parts: what the parts hold together is what one pass would have seen."""

import multiprocessing
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.batch.segments import cut, detect_part, join_parts
from core.detections import FrameDetections
from core.detectors.base import DetectorConfig, DetectorInfo, Sampling
from core.errors import ChangedDetectorError, DetectorError, ProjectError
from core.frames import FrameIndex, FrameRange
from core.pipeline import Progress
from core.project import Project
from core.project.runs import load_detections
from core.video import Picture
from tests.core import parts
from tests.core.clips import x264
from tests.core.making import detector_info
from tests.core.parts import (
    CONFIG,
    CUTS,
    FRAMES,
    RUN,
    expect_same,
    in_one,
    in_parts,
    index_of,
    make_lights,
    partition,
    project_of,
)
from tests.core.test_video_damaged import packets_of

UNEVEN = [i * 2 + (i % 3 == 0) for i in range(FRAMES)]
CLIPS: dict[str, Callable[[Path], Path]] = {
    "closed.mp4": lambda path: make_lights(path, options=x264(keyint=12, bframes=0)),
    "b_frames.mkv": lambda path: make_lights(
        path, options=x264(keyint=12, bframes=3, open_gop=1), pts=UNEVEN
    ),
    "invented.avi": lambda path: make_lights(path, options=x264(keyint=9, bframes=2)),
    "raw.h264": lambda path: make_lights(path, options=x264(keyint=15, bframes=2)),
    "vp9.webm": lambda path: make_lights(
        path, codec="libvpx-vp9", options={"g": "20", "deadline": "realtime", "cpu-used": "8"}
    ),
    "damaged.mp4": lambda path: damaged(
        make_lights(path, options=x264(keyint=12, bframes=2)), (20, 22), (30, 40)
    ),
    "hollow.avi": lambda path: damaged(
        make_lights(path, codec="mpeg4", options={"g": "6"}), (17, 19), (35, 55)
    ),
}


def damaged(path: Path, *stretches: tuple[int, int]) -> Path:
    """Overwrite the packets of stretches."""
    data = bytearray(path.read_bytes())
    packets = packets_of(path)
    for first, last in stretches:
        for place, size in packets[first:last]:
            data[place : place + size] = b"\xff" * size
    path.write_bytes(data)
    return path


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> list[parts.Lights]:
    """The detectors that were loaded."""
    return parts.use(monkeypatch)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("clips")
    return lambda name: folder / name if (folder / name).exists() else CLIPS[name](folder / name)


def test_the_clip_shows_all_that_could_differ(clip: Callable[[str], Path], tmp_path: Path) -> None:
    seen = in_one(clip("closed.mp4"), tmp_path)
    (tmp_path / "run.npz").write_bytes(seen.files[f"{RUN}.npz"])
    detections = load_detections(tmp_path / "run.npz")
    assert detections.cuts.tolist() == list(CUTS)
    assert detections.moved is not None
    assert (np.abs(detections.moved).max(axis=1) > 0).sum() > FRAMES // 2
    assert detections.uncertainty is not None
    assert len(seen.findings.imputed) > 10
    assert set(seen.files) == {
        f"{RUN}.{end}" for end in ("npz", "embeddings.json", "frames.f16", "objects.f16")
    }


@pytest.mark.parametrize("name", CLIPS)
def test_any_partition_gives_what_one_pass_gives(
    clip: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    video = clip(name)
    whole = in_one(video, tmp_path)
    count = len(index_of(video))

    @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.integers(1, count - 1), max_size=5))
    @example([10, 33, 40, 47])  # within a gap, on its edges, and twice in one
    @example([9, 12, 24, 58])  # on the edges of a gap, on both cuts
    def check(seams: list[int]) -> None:
        with TemporaryDirectory(dir=tmp_path) as folder:
            expect_same(in_parts(video, Path(folder), partition(seams, count)), whole)

    check()


SAMPLINGS = [Sampling(0, None, 4), Sampling(17, 63), Sampling(5, 66, 7), Sampling(30)]


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("seams", [(12, 36, 48), (10, 16, 31, 33, 61), (1, 2, 40)])
def test_so_do_parts_that_look_at_some_of_the_frames(
    clip: Callable[[str], Path], tmp_path: Path, sampling: Sampling, seams: Sequence[int]
) -> None:
    video, config = clip("b_frames.mkv"), replace(CONFIG, sampling=sampling)
    stop = sampling.end(FRAMES)
    ranges = partition([seam for seam in seams if seam < stop], stop)
    expect_same(in_parts(video, tmp_path, ranges, config), in_one(video, tmp_path, config))


def test_so_do_parts_of_a_folder_of_images(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    for index in range(20, 50):
        cv2.imwrite(str(folder / f"{index}.png"), parts.picture_of(index))
    (folder / "33.png").write_bytes(b"no picture")
    expect_same(in_parts(folder, tmp_path, partition([4, 14, 15], 30)), in_one(folder, tmp_path))


@pytest.mark.parametrize("seam", [39, 40, 41, 47, 50])
def test_a_part_behind_frames_that_are_lost_compares_with_the_last_one_before_them(
    clip: Callable[[str], Path], tmp_path: Path, seam: int
) -> None:
    video = clip("hollow.avi")
    whole = in_one(video, tmp_path)
    (tmp_path / "run.npz").write_bytes(whole.files[f"{RUN}.npz"])
    moved = load_detections(tmp_path / "run.npz").moved
    assert moved is not None
    lost = int(np.flatnonzero(moved[36:58].any(axis=1))[0]) + 36
    assert lost > 50, "the frames are not lost"
    expect_same(in_parts(video, tmp_path, partition([seam, lost])), whole)


def test_only_the_frame_before_a_part_is_looked_at_once_more(
    clip: Callable[[str], Path], tmp_path: Path, made: list[parts.Lights]
) -> None:
    in_parts(clip("closed.mp4"), tmp_path, partition([12, 36]))
    assert [detector.looked for detector in made] == [12, 25, 37]


def test_a_part_tells_how_far_it_is(clip: Callable[[str], Path], tmp_path: Path) -> None:
    video, steps = clip("closed.mp4"), list[Progress]()
    config = replace(CONFIG, sampling=Sampling(5, None, 2))
    file = tmp_path / "part.npz"
    detect_part(video, index_of(video), config, FrameRange(12, 30), file, on_progress=steps.append)
    assert [(step.done, step.total) for step in steps] == [(3, 9), (6, 9), (9, 9)]
    assert sorted(tmp_path.glob("part*")) == [file]


@pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="there is no forkserver"
)
def test_a_part_that_was_killed_is_gone_on_with(
    clip: Callable[[str], Path], tmp_path: Path, made: list[parts.Lights]
) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.core.parts"])
    video, frames = clip("b_frames.mkv"), FrameRange(12, 60)
    index, whole, file = index_of(video), tmp_path / "whole.npz", tmp_path / "part.npz"
    detect_part(video, index, CONFIG, frames, whole)
    begun = tmp_path / "part.begun.npz"
    for wanted in (6, 20):
        process = context.Process(target=parts.slow_part, args=(video, frames, file))
        process.start()
        while process.is_alive() and load_detections(begun).frame_count < wanted:
            process.join(0.002)
        process.kill()
        process.join()
    seen = load_detections(begun).frame_count
    assert 20 <= seen < len(frames), "it was not killed at work"
    detect_part(video, index, CONFIG, frames, file)
    assert file.read_bytes() == whole.read_bytes()
    assert [detector.looked for detector in made] == [49, 48 - seen]
    assert list(tmp_path.glob("*.begun.*")) == []


def stopped(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Let detectors fail behind so many pictures."""

    def detect(self: parts.Lights, pictures: list[Picture]) -> list[FrameDetections]:
        if self.looked >= at:
            raise DetectorError("It broke", mend="mend it")
        return real(self, pictures)

    real = parts.Lights.detect
    monkeypatch.setattr(parts.Lights, "detect", detect)


def test_what_was_seen_with_other_weights_or_settings_is_not_gone_on_with(
    clip: Callable[[str], Path], tmp_path: Path
) -> None:
    video, frames = clip("closed.mp4"), FrameRange(12, 36)
    index, whole, file = index_of(video), tmp_path / "whole.npz", tmp_path / "part.npz"
    other, stricter = replace(detector_info(), sha256="b" * 64), replace(CONFIG, confidence=0.5)
    for info, config in [(detector_info(), CONFIG), (other, CONFIG), (other, stricter)]:
        with pytest.MonkeyPatch.context() as patch:
            parts.use(patch, info=info)
            stopped(patch, 8)
            with pytest.raises(DetectorError, match="It broke"):
                detect_part(video, index, config, frames, file)
        assert load_detections(tmp_path / "part.begun.npz").frame_count in range(6, 12)
    detect_part(video, index, CONFIG, frames, file)
    detect_part(video, index, CONFIG, frames, whole)
    assert file.read_bytes() == whole.read_bytes()


def test_a_part_that_is_there_is_not_detected_again_unless_it_is_damaged_or_another(
    clip: Callable[[str], Path], tmp_path: Path, made: list[parts.Lights]
) -> None:
    video, file = clip("closed.mp4"), tmp_path / "part.npz"
    index, frames = index_of(video), FrameRange(0, 12)
    info = detect_part(video, index, CONFIG, frames, file)
    content = file.read_bytes()
    assert detect_part(video, index, CONFIG, frames, file) == info
    assert len(made) == 1
    file.write_bytes(content[:1000])
    detect_part(video, index, CONFIG, frames, file)
    assert file.read_bytes() == content
    detect_part(video, index, CONFIG, FrameRange(0, 15), file)
    assert len(made) == 3


Files = list[Path]


@pytest.fixture
def files(clip: Callable[[str], Path], tmp_path: Path) -> Files:
    """The parts of `closed.mp4`."""
    video, ranges = clip("closed.mp4"), partition([24, 48])
    made = [tmp_path / f"{part.start}.npz" for part in ranges]
    for part, file in zip(ranges, made, strict=True):
        detect_part(video, index_of(video), CONFIG, part, file)
    return made


def test_joining_that_was_interrupted_is_done_again(
    clip: Callable[[str], Path], files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = in_one(clip("closed.mp4"), tmp_path)
    with project_of(clip("closed.mp4"), tmp_path) as project:
        for step in ("write_joined_embeddings", "save_detections"):
            with monkeypatch.context() as patch:
                patch.setattr(f"core.batch.segments.{step}", broken)
                with pytest.raises(KeyboardInterrupt):
                    join_parts(project, CONFIG, RUN, files)
            assert project.runs == ()
        run = join_parts(project, CONFIG, RUN, files)
        assert join_parts(project, CONFIG, RUN, files) == run
        assert project.runs == (run,)
        assert (run.id, run.config, run.info) == (RUN, CONFIG, detector_info())
        folder = project.run_file(RUN).parent
        assert {f.name: f.read_bytes() for f in folder.iterdir()} == whole.files


def broken(*arguments: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "changed",
    [
        detector_info(sha256="b" * 64),
        detector_info(version="hand-made 2"),
        replace(detector_info(), backend="openvino"),
        replace(detector_info(), precision="float16"),
    ],
)
def test_parts_of_other_weights_or_means_are_refused(
    clip: Callable[[str], Path],
    files: Files,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changed: DetectorInfo,
) -> None:
    video = clip("closed.mp4")
    parts.use(monkeypatch, info=changed)
    files[1].unlink()
    detect_part(video, index_of(video), CONFIG, FrameRange(24, 48), files[1])
    with project_of(video, tmp_path) as project:
        with pytest.raises(
            ChangedDetectorError, match="Frames 24-47 were detected with another paper than"
        ):
            join_parts(project, CONFIG, RUN, files)
        assert project.runs == ()
        assert list(project.run_file(RUN).parent.iterdir()) == []


def test_parts_that_do_not_follow_each_other_or_were_asked_otherwise_are_refused(
    clip: Callable[[str], Path], files: Files, tmp_path: Path
) -> None:
    with project_of(clip("closed.mp4"), tmp_path) as project:
        for wrong in ([], files[:2], files[1:], files[::-1], [files[0], files[2]]):
            with pytest.raises(ProjectError, match="do not cover frames 0-72 one after the other"):
                join_parts(project, CONFIG, RUN, wrong)
        with pytest.raises(ProjectError, match="Frames 0-23 were detected with other settings"):
            join_parts(project, replace(CONFIG, iou=0.5), RUN, files)
        # The same weights may lie elsewhere on another computer.
        elsewhere = replace(CONFIG, model="/elsewhere/lights.pt")
        assert join_parts(project, elsewhere, RUN, files).config == elsewhere


def test_a_damaged_part_is_a_sentence(
    clip: Callable[[str], Path], files: Files, tmp_path: Path
) -> None:
    whole = in_one(clip("closed.mp4"), tmp_path)
    content = files[1].read_bytes()
    damage = [content[:500], content[:-1], b"", b"no part"]
    for at in range(7, len(content), len(content) // 40):
        damage.append(content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :])
    refused = 0
    with project_of(clip("closed.mp4"), tmp_path) as project:
        for number, broken in enumerate(damage):
            files[1].write_bytes(broken)
            said = outcome(project, files)
            if said is None:  # it hit what nobody reads, such as a date
                assert number >= 4
                assert project.run_file(RUN).read_bytes() == whole.files[f"{RUN}.npz"]
                continue
            assert SENTENCE.fullmatch(said), said
            refused += 1
        assert refused > len(damage) // 2
        files[1].unlink()
        assert SENTENCE.fullmatch(outcome(project, files) or "")


SENTENCE = re.compile(
    r"The part of a run in \S*24\.npz is missing or damaged \(.+\): delete it and detect it again\."
)


def outcome(project: Project, files: Files) -> str | None:
    """What is said of parts that are joined, if anything."""
    try:
        join_parts(project, CONFIG, RUN, files)
    except ProjectError as error:
        return str(error)
    return None


def test_a_disk_that_cannot_be_written_is_a_sentence(
    clip: Callable[[str], Path], regular_file: Path
) -> None:
    video = clip("closed.mp4")
    with pytest.raises(ProjectError, match="could not be saved to"):
        detect_part(video, index_of(video), CONFIG, FrameRange(0, 12), regular_file / "part.npz")


@pytest.mark.timeout(180)  # it loads the model four times
def test_a_real_detector_gives_the_same_in_three_parts(
    media: Callable[[str], Path],
    quick_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()  # the detector is the program's own
    video = media("dashcam_city_bframes.mp4")
    config = DetectorConfig(str(quick_model), device="cpu", sampling=Sampling(0, 24))
    whole = in_one(video, tmp_path, config)
    (tmp_path / "run.npz").write_bytes(whole.files[f"{RUN}.npz"])
    assert len(load_detections(tmp_path / "run.npz")) > 24
    assert len(whole.files) == 4, "it has no embeddings"
    expect_same(in_parts(video, tmp_path, partition([7, 17], 24), config), whole)


def index_with(keyframes: set[int], count: int) -> FrameIndex:
    at = np.isin(np.arange(count), [0, *keyframes])
    return FrameIndex(np.arange(count, dtype=np.int64), at, Fraction(1, 25))


samplings = st.builds(
    lambda start, length, every: Sampling(start, length and start + length, every),
    st.integers(0, 300),
    st.none() | st.integers(1, 900),
    st.integers(1, 40),
)


@given(st.integers(1, 1000), st.sets(st.integers(0, 999)), samplings, st.integers(1, 400))
def test_cuts_cover_the_run_ascending_from_keyframe_to_keyframe(
    count: int, keyframes: set[int], sampling: Sampling, longest: int
) -> None:
    index = index_with({k for k in keyframes if k < count}, count)
    ranges = cut(index, DetectorConfig(sampling=sampling), longest)
    stop = sampling.end(count)
    assert (ranges[0].start, ranges[-1].stop) == (0, stop)
    assert all(a.stop == b.start for a, b in pairwise(ranges))
    assert all(index.keyframes[part.start] for part in ranges[1:])
    if len(ranges) > 1:
        counted = [len(ranges[0]) - sampling.start, *map(len, ranges[1:])]
        assert min(counted) >= longest / 4


@given(st.integers(1, 100_000), st.integers(1, 400), st.integers(0, 5_000))
def test_where_there_are_keyframes_no_part_is_much_longer_than_asked(
    count: int, gop: int, start: int
) -> None:
    index = index_with(set(range(0, count, gop)), count)
    longest = 2 * gop + 1000
    ranges = cut(index, DetectorConfig(sampling=Sampling(start)), longest)
    if count <= start:
        assert ranges == (FrameRange(0, 0),)
        return
    counted = [len(ranges[0]) - start, *map(len, ranges[1:])]
    assert len(ranges) == ceil((count - start) / longest)
    assert max(counted) <= longest + gop
    assert max(counted) - min(counted) <= 2 * gop


def test_a_stretch_without_keyframes_is_one_part() -> None:
    index = index_with({100, 110, 900, 910}, 1000)
    assert cut(index, DetectorConfig(), 150) == (
        FrameRange(0, 110),
        FrameRange(110, 900),
        FrameRange(900, 1000),
    )
    assert cut(index_with(set(), 1000), DetectorConfig(), 150) == (FrameRange(0, 1000),)
