"""Exports written as a whole or not at all, resumed, and never over something else."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import numpy as np
import pytest
from PIL import Image

from core.errors import Cancelled, ExportError, VideoError
from core.export import pictures, zipping
from core.export.base import ExportVideo, Format, Labeled, LabeledFrame
from core.export.manifest import MANIFEST, read_manifest
from core.export.plan import ExportPlan
from core.export.request import ExportRequest
from core.export.writing import discard_partial, partial_of, write_export
from core.prelabels import Prelabel, Source
from core.video import VideoReader
from tests.conftest import REPOSITORY, MakeVideo

FRAMES = (0, 1, 5, 6, 7, 20)
BOX = (10.0, 20.0, 60.0, 70.0)


def write_labels(folder: Path, labeled: Labeled) -> None:
    (folder / "labels").mkdir()
    (folder / "labels" / "all.json").write_text(json.dumps([f.path for f in labeled.frames]))


LABELS = Format("labels", "Labels", write_labels, media=("frames", "video", "none"))


@pytest.fixture(scope="module")
def clips(make_video: MakeVideo, tmp_path_factory: pytest.TempPathFactory) -> list[ExportVideo]:
    names = "one", "two"
    return [video_of(make_video(f"{n}.mp4", folder=tmp_path_factory.mktemp(n))) for n in names]


def video_of(path: Path) -> ExportVideo:
    with VideoReader(path) as reader:
        return ExportVideo(path.stem, path, 160, 96, reader.index, "run-1", "paper.pt")


@pytest.fixture
def plan(clips: list[ExportVideo]) -> ExportPlan:
    return plan_of(clips[:1])


def plan_of(videos: list[ExportVideo], **wishes: object) -> ExportPlan:
    request = replace(ExportRequest(), **wishes)
    frames = [
        LabeledFrame(
            at, frame, number, f"images/{video.name}-{frame:02d}.png",
            (Prelabel(frame, BOX, "car", 0.5, Source.IMPUTED, kind="flickering", key=f"{frame}"),),
        )
        for at, video in enumerate(videos)
        for number, frame in enumerate(FRAMES)
    ]  # fmt: skip
    media = request.media or "frames"
    return ExportPlan(
        request, LABELS, Labeled(tuple(videos), tuple(frames), ("car",), media), media
    )


def stopping_after(steps: int) -> Callable[[], bool]:
    asked = iter([False] * steps)
    return lambda: next(asked, True)


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the pictures that are written, in any order."""
    found: list[str] = []
    write = pictures.write_atomically

    def noted(path: Path, content: Callable[[Path], None]) -> None:
        write(path, content)
        found.append(path.name)

    monkeypatch.setattr(pictures, "write_atomically", noted)
    return found


def test_pictures_labels_and_manifest_are_there(plan: ExportPlan, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    out = tmp_path / "new" / "out"
    result = write_export(plan, out, on_progress=lambda *step: told.append(step))
    files = files_in(out)
    size = sum(map(len, files.values()))
    assert (result.folder, result.frames, result.prelabels) == (out, 6, 6)
    assert (result.bytes, result.left_out) == (size, 0)
    names = [f"images/one-{frame:02d}.png" for frame in FRAMES]
    assert sorted(files) == sorted([*names, "labels/all.json", MANIFEST])
    assert read_manifest(out).request == plan.request
    assert told[0] == (1, 6)
    assert told[-1] == (6, 6)
    assert [path.name for path in out.parent.iterdir()] == ["out"]
    with VideoReader(plan.labeled.videos[0].path) as reader:
        for name, frame in zip(names, FRAMES, strict=True):
            exact = reader.frame_at(frame)[:, :, ::-1]
            assert np.array_equal(np.asarray(Image.open(out / name)), exact)


def test_several_videos_come_together(clips: list[ExportVideo], tmp_path: Path) -> None:
    result = write_export(plan_of(clips), tmp_path / "out")
    assert result.frames == 12
    assert len(list((tmp_path / "out" / "images").iterdir())) == 12


def test_jpeg_is_written_as_wanted(clips: list[ExportVideo], tmp_path: Path) -> None:
    sizes = []
    for quality in (30, 95):
        out = tmp_path / str(quality)
        write_export(plan_of(clips[:1], picture="jpeg", quality=quality), out)
        with Image.open(out / "images" / "one-05.png") as image:
            assert image.format == "JPEG"
        sizes.append((out / "images" / "one-05.png").stat().st_size)
    assert sizes[0] < sizes[1]


def test_a_cancelled_export_goes_on(plan: ExportPlan, tmp_path: Path, written: list[str]) -> None:
    out = tmp_path / "out"
    with pytest.raises(Cancelled, match=r"\d of 6 frames are written; .* goes on from there"):
        write_export(plan, out, cancelled=stopping_after(4))
    assert not out.exists()
    before = set(written)
    assert before
    write_export(plan, out)
    assert sorted(written) == sorted(f"one-{frame:02d}.png" for frame in FRAMES)
    assert not partial_of(out).exists()
    other = tmp_path / "other"
    write_export(plan, other)
    assert files_in(out) == files_in(other)


def test_another_plan_begins_anew(
    plan: ExportPlan, clips: list[ExportVideo], tmp_path: Path, written: list[str]
) -> None:
    out = tmp_path / "out"
    with pytest.raises(Cancelled):
        write_export(plan, out, cancelled=stopping_after(6))
    written.clear()
    write_export(plan_of(clips[:1], quality=50), out)
    assert len(written) == 6


def test_halves_of_an_attempt_vanish(plan: ExportPlan, tmp_path: Path) -> None:
    """Labels that were written before it broke off, and a picture that was being written."""
    out = tmp_path / "out"

    def breaking(folder: Path, labeled: Labeled) -> None:
        write_labels(folder, labeled)
        (folder / "images" / ".one-05.png.abc").write_bytes(b"half")
        (folder / "images" / "one-06.png").write_bytes(b"")
        raise OSError(5, "broken")

    with pytest.raises(ExportError, match="broken"):
        write_export(replace(plan, format=replace(LABELS, write=breaking)), out)
    write_export(plan, out)
    other = tmp_path / "other"
    write_export(plan, other)
    assert files_in(out) == files_in(other)


def test_what_is_unfinished_can_be_discarded(plan: ExportPlan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(Cancelled):
        write_export(plan, out, cancelled=stopping_after(3))
    assert partial_of(out).exists()
    discard_partial(out)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("overwrite", [False, True])
def test_something_else_is_never_touched(plan: ExportPlan, tmp_path: Path, overwrite: bool) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(ExportError, match="left as it is" if overwrite else "is not empty"):
        write_export(plan, out, overwrite=overwrite)
    assert files_in(tmp_path) == {"out/thesis.txt": b"mine"}


def test_an_earlier_export_is_replaced_only_when_asked(
    plan: ExportPlan, clips: list[ExportVideo], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    write_export(plan, out)
    before = files_in(out)
    with pytest.raises(ExportError, match="say to overwrite"):
        write_export(plan_of(clips), out)
    with pytest.raises(Cancelled):
        write_export(plan_of(clips), out, overwrite=True, cancelled=stopping_after(3))
    assert files_in(out) == before
    assert write_export(plan_of(clips), out, overwrite=True).frames == 12
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_filled(plan: ExportPlan, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert write_export(plan, tmp_path / "out").frames == 6


@pytest.mark.parametrize(
    "path", ["../a.png", "images/../../a.png", "/a.png", "", "a\\..\\b.png", "C:a.png", MANIFEST]
)
def test_no_picture_leaves_the_folder(plan: ExportPlan, tmp_path: Path, path: str) -> None:
    first, *others = plan.labeled.frames
    bad = replace(plan.labeled, frames=(replace(first, path=path), *others))
    with pytest.raises(ExportError, match="is no place inside"):
        write_export(replace(plan, labeled=bad), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_no_picture_takes_the_place_of_another(plan: ExportPlan, tmp_path: Path) -> None:
    first, second, *others = plan.labeled.frames
    bad = (first, replace(second, path=first.path.upper()), *others)
    with pytest.raises(ExportError, match="Two files"):
        write_export(replace(plan, labeled=replace(plan.labeled, frames=bad)), tmp_path / "out")


def test_whole_videos_are_copied_and_go_on(
    clips: list[ExportVideo], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.export.copying.CHUNK", 500)
    monkeypatch.setattr("core.export.writing.CHUNK", 500)
    out, plan = tmp_path / "out", plan_of(clips, media="video")
    with pytest.raises(Cancelled):
        write_export(plan, out, cancelled=stopping_after(2))
    growing = partial_of(out) / "videos" / ".one.mp4.copying"
    assert growing.stat().st_size == 1500
    growing.write_bytes(growing.read_bytes() + b"half a chunk")
    told: list[tuple[int, int]] = []
    write_export(plan, out, on_progress=lambda *step: told.append(step))
    for clip in clips:
        copy = out / "videos" / f"{clip.name}.mp4"
        assert copy.read_bytes() == clip.path.read_bytes()
        assert not copy.samefile(clip.path)
    assert told[-1][0] == told[-1][1] == sum(-(-c.path.stat().st_size // 500) for c in clips)
    assert not (out / "images").exists()


def test_labels_alone(clips: list[ExportVideo], tmp_path: Path) -> None:
    write_export(plan_of(clips, media="none"), tmp_path / "out")
    assert sorted(files_in(tmp_path / "out")) == [MANIFEST, "labels/all.json"]


def test_damaged_frames_are_left_out(
    plan: ExportPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode = VideoReader.decode
    monkeypatch.setattr(
        VideoReader, "decode",
        lambda *args, **more: (shot for shot in decode(*args, **more) if shot.index != 6),
    )  # fmt: skip
    result = write_export(plan, tmp_path / "out")
    assert (result.frames, result.left_out) == (5, 1)
    assert 6 not in [frame.frame for frame in result.labeled.frames]
    assert len(read_manifest(tmp_path / "out").frames) == 5
    zipped, told = replace(plan, request=replace(plan.request, zip=True)), list[int]()
    with pytest.raises(Cancelled, match="5 of 6"):
        write_export(
            zipped, tmp_path / "out.zip",
            on_progress=lambda done, total: told.append(done),
            cancelled=lambda: len(told) > 6,
        )  # fmt: skip
    result = write_export(zipped, tmp_path / "out.zip")
    assert (result.frames, result.left_out) == (5, 1)


def test_a_zip_holds_the_same(plan: ExportPlan, clips: list[ExportVideo], tmp_path: Path) -> None:
    write_export(plan, tmp_path / "out")
    out = tmp_path / "out.zip"
    result = write_export(plan_of(clips[:1], zip=True), out)
    assert (result.folder, result.frames, result.bytes) == (out, 6, out.stat().st_size)
    folder = files_in(tmp_path / "out")
    with ZipFile(out) as file:
        assert file.testzip() is None
        packed = {name: file.read(name) for name in file.namelist()}
        assert file.getinfo("images/one-05.png").compress_type == ZIP_STORED
    assert packed.keys() == folder.keys()
    assert all(packed[name] == folder[name] for name in folder if name != MANIFEST)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "out.zip"]
    with pytest.raises(ExportError, match="exists already"):
        write_export(plan_of(clips[:1], zip=True), out)
    assert write_export(plan_of(clips, zip=True), out, overwrite=True).frames == 12


@pytest.mark.parametrize("steps", [7, 8, 9, 11, 12])
def test_packing_goes_on(
    clips: list[ExportVideo],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    written: list[str],
    steps: int,
) -> None:
    monkeypatch.setattr(zipping, "_BATCH", 2)
    out, plan = tmp_path / "out.zip", plan_of(clips[:1], zip=True)
    told: list[int] = []
    with pytest.raises(Cancelled):
        write_export(
            plan, out,
            on_progress=lambda done, total: told.append(done),
            cancelled=lambda: len(told) >= steps,
        )  # fmt: skip
    assert not out.exists()
    written.clear()
    write_export(plan, out)
    assert written == []
    with ZipFile(out) as file:
        assert file.testzip() is None
        assert len(file.namelist()) == len(set(file.namelist())) == 8
    assert [path.name for path in tmp_path.iterdir()] == ["out.zip"]


def test_a_torn_batch_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipping, "_BATCH", 3)
    for number in range(9):
        (tmp_path / f"{number}.txt").write_text(f"{number}" * 100)
    count = 0

    def stop() -> None:
        nonlocal count
        count += 1
        if count == 5:
            raise OSError(ENOSPC, "full")

    with pytest.raises(OSError, match="full"):
        zipping.pack(tmp_path, frozenset(), stop)
    packed = tmp_path / zipping.PACKED
    packed.write_bytes(packed.read_bytes()[:-30])
    zipping.pack(tmp_path, frozenset(), lambda: None)
    with ZipFile(packed) as file:
        assert file.testzip() is None
        assert file.namelist() == [f"{number}.txt" for number in range(9)]


@pytest.mark.parametrize("code", [ENOSPC, EDQUOT])
def test_a_full_disk_is_told_and_the_rest_follows(
    plan: ExportPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    out = tmp_path / "out"
    room = iter(range(3))

    def put(content: bytes, path: Path) -> None:
        if next(room, None) is None:
            raise OSError(code, os.strerror(code))
        path.write_bytes(content)

    with monkeypatch.context() as full:
        full.setattr(pictures, "_put", put)
        with pytest.raises(ExportError, match=r"is full: \d of 6 frames .* MiB more are needed"):
            write_export(plan, out)
    assert not out.exists()
    assert len(list((partial_of(out) / "images").iterdir())) == 3
    assert write_export(plan, out).frames == 6


def test_what_cannot_be_written_is_told(plan: ExportPlan, regular_file: Path) -> None:
    with pytest.raises(ExportError, match="cannot be written"):
        write_export(plan, regular_file / "out")


def test_files_that_are_too_large_for_the_disk_are_told(plan: ExportPlan, tmp_path: Path) -> None:
    def too_large(folder: Path, labeled: Labeled) -> None:
        raise OSError(EFBIG, "too large")

    with pytest.raises(ExportError, match="larger than the disk"):
        write_export(replace(plan, format=replace(LABELS, write=too_large)), tmp_path / "out")


def test_a_video_that_is_gone_is_told(plan: ExportPlan, tmp_path: Path) -> None:
    gone = replace(plan.labeled.videos[0], path=tmp_path / "gone.mp4")
    with pytest.raises(VideoError, match=r"gone\.mp4 cannot be read"):
        write_export(replace(plan, labeled=replace(plan.labeled, videos=(gone,))), tmp_path / "out")


@pytest.mark.parametrize("name", ["out", "out.tar"])
def test_a_zip_is_called_so(clips: list[ExportVideo], tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportError, match="no name of a zip"):
        write_export(plan_of(clips, zip=True), tmp_path / name)


_ON_SMALL_DISK = """
import subprocess, sys
from pathlib import Path
from core.errors import ExportError
from core.export.writing import write_export
from tests.core.test_export_writing import plan_of, video_of
disk, clip = map(Path, sys.argv[1:])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", disk], check=True)
plan = plan_of([video_of(clip)])
try:
    write_export(plan, disk / "out")
except ExportError as error:
    print(error)
print((disk / "out").exists())
subprocess.run(["mount", "-o", "remount,size=1m", disk], check=True)
print(write_export(plan, disk / "out").frames, [path.name for path in disk.iterdir()])
"""


def test_a_disk_that_is_really_full(clips: list[ExportVideo], tmp_path: Path) -> None:
    """Four pages of memory as a file system: the plan's digest, and three pictures."""
    apart = _own_mounts(tmp_path)
    done = subprocess.run(
        [*apart, sys.executable, "-c", _ON_SMALL_DISK, str(tmp_path), str(clips[0].path)],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told, there, after = done.stdout.splitlines()
    assert told.startswith(f"The disk of {tmp_path} is full: ")
    assert "of 6 frames are written" in told
    assert there == "False"
    assert after == "6 ['out']"


def _own_mounts(folder: Path) -> list[str]:
    """How to start a program that may mount what nobody else sees."""
    if shutil.which("unshare") and shutil.which("mount"):
        for apart in (["unshare", "-Urm"], ["unshare", "-m"]):
            tried = [*apart, "mount", "-t", "tmpfs", "-o", "size=16k", "none", str(folder)]
            if subprocess.run(tried, capture_output=True).returncode == 0:
                return apart
    pytest.skip("no file system can be mounted here")
