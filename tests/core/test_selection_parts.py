"""What a pool takes of many projects: kept, thinned, and read by a child process."""

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.assertions.imputed import ImputedBox
from core.assertions.thresholds import Thresholds
from core.embeddings.embeddings import Embeddings
from core.errors import Cancelled, SelectionError
from core.headless import opened_reader
from core.opening import Target
from core.pipeline import current_run, findings_of
from core.prelabels import Verdict
from core.project import Project, SetDecisions, SetSelecting, SetThresholds
from core.selection import part_store, reading
from core.selection.gather import joined, pool_of, source_of
from core.selection.part import Part, thinned, thinned_note
from core.selection.part_store import FILE, part_in
from core.selection.pool import Pool, PoolVideo
from core.selection.reading import ReadPart, Unread, read_parts
from tests.conftest import MakeVideo
from tests.core.street import FRAMES, add_run, project_with


@pytest.fixture
def folder(make_video: MakeVideo, tmp_path: Path) -> Path:
    return project_with(make_video("cam1.mp4", FRAMES, folder=tmp_path), (4, 8))


@pytest.fixture
def project(folder: Path) -> Iterator[Project]:
    with closing(Project.open(folder)) as opened:
        yield opened


def whole(project: Project) -> Pool:
    """As the command line gathers it."""
    run, seen = current_run(project)
    with opened_reader(Target(project.video.path, project.folder), lambda *a, **k: None) as reader:
        found = findings_of(project, run, seen, reader.index).within(project.thresholds)
        return pool_of([source_of(project, run, seen, found, float(reader.info.rate))])


def same(one: Pool, other: Pool) -> bool:
    assert one.videos == other.videos
    assert one.class_names == other.class_names
    arrays = ("video", "frame", "class_counts", "embeddings", "seconds")
    tables = ("columns", "marks", "violations")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays) and all(
        list(getattr(one, name)) == list(getattr(other, name))
        and all(np.array_equal(getattr(one, name)[key], getattr(other, name)[key], equal_nan=True)
                for key in getattr(one, name))
        for name in tables
    )  # fmt: skip


def test_what_was_kept_makes_the_same_pool(
    monkeypatch: pytest.MonkeyPatch, project: Project
) -> None:
    wanted = whole(project)
    assert same(joined([part_in(project)]), wanted)
    # The second time nothing is found anew.
    monkeypatch.setattr(part_store, "findings_of", None)
    assert same(joined([part_in(project)]), wanted)
    assert wanted.columns["missed_boxes"].nonzero()[0].tolist() == [4, 8]


@pytest.mark.parametrize("what", ["decisions", "thresholds", "run"])
def test_what_does_not_fit_any_more_is_found_anew(project: Project, what: str) -> None:
    before = part_in(project)
    if what == "decisions":
        box = ImputedBox(3, (0, 0, 9, 9), "car", 0.5, "flickering")
        project.apply(SetDecisions.of(Verdict.ACCEPTED, [box], "Accept"))
    elif what == "thresholds":
        project.apply(SetThresholds(replace(Thresholds(), plausibility=1.0)))
    else:
        project.choose(add_run(project, (2,)))
    found = part_in(project)
    assert same(joined([found]), whole(project))
    assert not same(joined([found]), replace(joined([before]), videos=(found.video,)))


def test_frames_that_were_exported_are_read_each_time(project: Project) -> None:
    part_in(project)
    project.apply(SetSelecting(replace(project.selecting, exported=(1, 2))))
    assert joined([part_in(project)]).marks["exported"].nonzero()[0].tolist() == [1, 2]


@pytest.mark.parametrize("content", [b"", b"PK\3\4 nonsense"])
def test_a_damaged_file_is_made_anew(
    project: Project, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    part_in(project)
    (project.folder / FILE).write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert same(joined([part_in(project)]), whole(project))
    assert "damaged" in caplog.text
    assert (project.folder / FILE).stat().st_size > len(content)


@pytest.mark.parametrize("few", [0, 99])
def test_a_bad_project_costs_only_itself(
    monkeypatch: pytest.MonkeyPatch, make_video: MakeVideo, tmp_path: Path, folder: Path, few: int
) -> None:
    monkeypatch.setattr(reading, "FEW", few)
    gone = make_video("gone.mp4", FRAMES, folder=tmp_path)
    lost = project_with(gone, (3,))
    gone.unlink()
    found = list(read_parts([lost, tmp_path / "none.flickerscope", folder]))
    assert [one.folder.stem for one in found] == ["gone", "none", "cam1"]
    first, second, third = found
    assert isinstance(first, Unread)
    assert "is not there any more" in first.why
    assert second == Unread(tmp_path / "none.flickerscope", "")
    assert isinstance(third, ReadPart)
    with closing(Project.open(folder)) as project:
        assert same(joined([third.part]), whole(project))


@pytest.mark.parametrize("few", [0, 99])
def test_reading_can_be_stopped(monkeypatch: pytest.MonkeyPatch, folder: Path, few: int) -> None:
    monkeypatch.setattr(reading, "FEW", few)
    with pytest.raises(Cancelled):
        list(read_parts([folder], lambda: True))


def part(frames: int, objects: int = 0) -> Part:
    rows = np.arange(frames)
    vectors = np.ones((frames, 2), np.float16)
    boxes = np.arange(frames * objects, dtype=np.float16).reshape(-1, 1) + 1
    video = PoolVideo("v", Path("v.mp4"), Path("v.flickerscope"), frames, 25.0, "run", "net")
    return Part(
        video, rows, rows / 25, {"flickering": rows / 1.0}, ("car",),
        np.ones((frames, 1), np.uint16), {"flickering": rows / 1.0},
        rows * objects, (rows + 1) * objects, (frames, frames * objects),
        embeddings=Embeddings("net", vectors, boxes if objects else None),
    )  # fmt: skip


@given(st.lists(st.integers(1, 40), min_size=1, max_size=8), st.integers(1, 60))
def test_thinned_parts_are_no_more_than_allowed_and_can_be_thinned_on(
    lengths: list[int], most: int
) -> None:
    parts = [part(length) for length in lengths]
    found, step = thinned(parts, most)
    assert sum(map(len, found)) <= max(most, len(parts))
    assert [one.frame.tolist() for one in found] == [list(range(0, n, step)) for n in lengths]
    # One after the other, as they are read, comes to the same.
    late: list[Part] = []
    total = 1
    for one in parts:
        late, more = thinned([*late, one.every(total)], most)
        total *= more
    assert total >= step
    assert [one.frame.tolist() for one in late] == [list(range(0, n, total)) for n in lengths]


def test_all_that_is_known_of_a_frame_stays_with_it() -> None:
    pool = joined([part(9, objects=2).every(4)])
    assert pool.columns["flickering"].tolist() == [0, 4, 8]
    assert pool.seconds.tolist() == [0, 4 / 25, 8 / 25]
    assert pool.offsets is not None
    assert pool.offsets.tolist() == [0, 2, 4, 6]
    assert thinned_note(4).startswith("Of every 4 frames one is a candidate")


@pytest.mark.parametrize(("most", "each"), [(100, 3), (12, 3), (9, 2), (1, 1)])
def test_too_many_objects_are_the_first_of_each_frame(most: int, each: int) -> None:
    pool = joined([part(4, objects=3)], most_objects=most)
    assert pool.objects is not None
    assert len(pool.objects) == 4 * each
    assert pool.offsets is not None
    assert np.diff(pool.offsets).tolist() == [each] * 4
    assert bool(pool.notes) == (each < 3)


def test_embeddings_that_are_gone_when_a_pool_is_made_are_a_sentence(project: Project) -> None:
    found = part_in(project)
    assert project.run is not None
    project.run_file(project.run.id).with_suffix(".frames.f16").write_bytes(b"")
    with pytest.raises(SelectionError, match=r"embeddings of cam1\.mp4 are not as they were"):
        joined([found])
