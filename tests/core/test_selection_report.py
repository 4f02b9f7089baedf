"""The report on a selection: both files, for usual input and for what the world may hand in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.embeddings.embeddings import unit_vectors
from core.errors import Cancelled, ExportError
from core.selection.pool import Picks, Pool, PoolVideo, Reason
from core.selection.report import Report, write_report
from core.selection.report.charts import embedding_plot
from core.selection.report.contact import contact_section
from core.selection.report.content import Sheet, Table
from core.selection.report.overview import request_section
from core.selection.report.sections import steps_of
from core.selection.report.thumbnails import Shots
from core.selection.report.words import in_words
from core.selection.request import (
    TUTORIAL,
    Balance,
    FrameId,
    SelectRequest,
    Threshold,
    Weighting,
)
from tests.conftest import MakeVideo

Element = tuple[str, dict[str, str | None]]

NOW = datetime(2026, 5, 4, 3, 2, tzinfo=UTC)
FRAMES = 24
ROWS = (30, 2, 7, 40, 11, 20)
"""Of two clips of 24 frames; the first was included by hand."""
SCRIPT = "<script>alert('1')</script>"
HOSTILE = f'{SCRIPT}"&amp;{{{{ 7 * 7 }}}}${{x}}$ 🚗 汉字 \u202eexe.\x00 {"w" * 200}.mp4'
CLASSES = ('"><img src=x onerror=alert(2)>', "</svg>&\n🚌", "車 **bold** $\\frac{1}{2}$")
GONE = "gone.mp4"
REQUEST = SelectRequest(
    n=6,
    proportion=None,
    strategies=(*TUTORIAL, Weighting(SCRIPT), Balance(((CLASSES[0], 0.5),))),
    thresholds=(Threshold("boxes", ">=", 0),),
    include=(FrameId(1, 6),),
    known=("exported",),
)
BARE = SelectRequest(n=1, proportion=None, strategies=(Weighting("boxes"),))


@dataclass(frozen=True)
class Made:
    """A report, and what it was made of."""

    pool: Pool
    picks: Picks
    plane: np.ndarray
    report: Report
    progress: Sequence[tuple[int, int]]


class Outline(HTMLParser):
    """What a page consists of; it stays right only where every element is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[Element] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def within(self, tag: str) -> list[list[Element]]:
        """What follows each such beginning, up to the next one."""
        starts = [at for at, (found, _) in enumerate(self.tags) if found == tag]
        return [self.tags[a:b] for a, b in pairwise([*starts, len(self.tags)])]

    def of(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in tags]


@pytest.fixture(scope="module")
def made(make_video: MakeVideo, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """For two videos with hostile names, one of which is gone."""
    clip = make_video(frames=FRAMES)
    videos = (_video(clip, HOSTILE), _video(clip.with_name(GONE), GONE))
    pool = pool_of(videos)
    picks = picks_of(pool, ROWS, included=1)
    plane = np.random.default_rng(2).random((len(pool), 2), np.float32)
    told: list[tuple[int, int]] = []
    folder = tmp_path_factory.mktemp("report") / "new"
    report = write_report(
        pool, picks, REQUEST, folder, plane=plane, now=NOW,
        on_progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    return Made(pool, picks, plane, report, told)


@pytest.fixture(scope="module")
def outline(made: Made) -> Outline:
    return Outline(made.report.html.read_text("utf-8"))


def _video(path: Path, name: str) -> PoolVideo:
    project = path.with_suffix(".flickerscope")
    return PoolVideo(name, path, project, FRAMES, 25.0, "20260504-030200-ab12", "yolov8n")


def pool_of(videos: Sequence[PoolVideo], classes: Sequence[str] = CLASSES) -> Pool:
    chance = np.random.default_rng(1)
    n = sum(video.frame_count for video in videos)
    counts = chance.poisson(1.0, (n, len(classes))).astype(np.int32)
    return Pool(
        tuple(videos),
        np.repeat(np.arange(len(videos), dtype=np.int32), [v.frame_count for v in videos]),
        np.concatenate([np.arange(video.frame_count) for video in videos]),
        {
            "flickering": chance.random(n),
            "objectness_least_confidence": np.where(np.arange(n) % 3, chance.random(n), np.nan),
            "uncertainty_margin": np.full(n, np.nan),
            "boxes": counts.sum(axis=1).astype(np.float64),
            SCRIPT: np.full(n, np.nan),
        },
        tuple(classes),
        counts,
        unit_vectors(chance.normal(size=(n, 8))),
        marks={"exported": np.zeros(n, np.bool_)},
    )


def picks_of(pool: Pool, rows: Sequence[int], included: int = 0) -> Picks:
    k = len(rows)
    share = np.tile([[0.75], [0.25]], k)
    share[:, :included] = np.nan
    reasons = (
        Reason("diversity of frames", 1.0, np.linspace(0.2, 0.4, k), share[0]),
        Reason(SCRIPT * 4, 2.0, np.full(k, np.nan), share[1]),
    )
    return Picks(np.array(rows, np.int64), included, reasons, len(pool), "Fewer.", ("A note.",))


def test_both_files_are_whole(made: Made, outline: Outline) -> None:
    document = made.report.pdf.read_bytes()

    assert document.startswith(b"%PDF-")
    assert document.rstrip().endswith(b"%%EOF")
    assert b"/Lang (en)" in document
    assert outline.open == []
    assert {path.name for path in made.report.pdf.parent.iterdir()} == {"report.pdf", "report.html"}


def test_progress_ends_at_its_total(made: Made) -> None:
    total = steps_of(made.picks) + 2

    # Frames of a video that is gone are no steps.
    assert [done for done, _ in made.progress] == sorted({done for done, _ in made.progress})
    assert {of for _, of in made.progress} == {total}
    assert made.progress[-1] == (total, total)


def test_the_page_says_what_was_chosen_and_why(outline: Outline) -> None:
    for words in (
        "6 of 48 frames of",
        "Wanted: 6 frames.",
        "48 frames could be chosen. 1 frame of the choice was",
        "Fewer. A note.",
        "Diversity of frames",
        "Mean distance of a frame to the nearest chosen one",
        "Included by hand",
        "20260504-030200-ab12",
        "Made 2026-05-04 03:02 UTC by Flickerscope",
        '"thresholds": [\n    {"column": "boxes", "operation": ">=", "value": 0}\n  ]',
    ):
        assert words in outline.text


def test_nothing_is_said_of_labeled_frames_that_there_are_not(outline: Outline) -> None:
    assert "Skipped as labeled" not in outline.text


def test_the_page_is_built_for_everybody(outline: Outline) -> None:
    headings = [int(tag[1]) for tag, _ in outline.tags if tag in {"h1", "h2", "h3"}]

    assert outline.of("html") == [{"lang": "en"}]
    assert headings[:2] == [1, 2]
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    assert all(image.get("alt") for image in outline.of("img"))
    assert len(outline.of("table")) == len(outline.of("caption")) == 6
    for table in outline.within("table"):
        assert {"col", "row"} <= {found.get("scope") for tag, found in table if tag == "th"}


def test_the_page_needs_nothing_else_and_runs_nothing(outline: Outline) -> None:
    names = {name for _, found in outline.tags for name in found}

    assert not outline.of("script", "iframe", "object", "link", "base", "form", "svg")
    assert not {name for name in names if name.startswith("on")}
    assert all((image["src"] or "").startswith("data:image/") for image in outline.of("img"))
    policy = next(meta for meta in outline.of("meta") if "http-equiv" in meta)
    assert (policy["content"] or "").startswith("default-src 'none'")


def test_hostile_names_are_shown_as_they_are(outline: Outline) -> None:
    assert HOSTILE.replace("\u202e", "\ufffd").replace("\x00", "\ufffd") in outline.text
    assert CLASSES[0] in outline.text
    assert "{{ 7 * 7 }}" in outline.text
    assert not {"\u202e", "\x00"} & set(outline.text)


def test_pictures_of_a_video_that_is_gone_are_left_out(made: Made, outline: Outline) -> None:
    there = sum(made.pool.videos[made.pool.where(row).video].name != GONE for row in ROWS)
    photos = [i for i in outline.of("img") if (i["src"] or "").startswith("data:image/jpeg")]

    assert f"Pictures of {GONE} are left out: it is not there any more." in outline.text
    assert len(photos) == there
    assert outline.text.count("No picture") == len(ROWS) - there


def test_what_nobody_knows_is_a_dash_or_a_sentence(made: Made, outline: Outline) -> None:
    asked = request_section(made.pool, made.picks, REQUEST)
    (decided,) = (block for block in asked.blocks if isinstance(block, Table))
    photos = contact_section(made.pool, made.picks, Shots({}, ()))
    (sheet,) = (block for block in photos.blocks if isinstance(block, Sheet))

    assert [row[2] for row in decided.rows] == ["0.300", "–"]
    assert [row[3] for row in decided.rows] == ["75\u202f%", "25\u202f%"]
    assert [part.share for part in sheet.thumbnails[0].parts] == ["", ""]
    assert [part.share for part in sheet.thumbnails[1].parts] == ["75\u202f%", "25\u202f%"]
    assert f"“{SCRIPT}” has no value in any frame." in outline.text


def test_the_same_input_gives_the_same_page(made: Made, tmp_path: Path) -> None:
    again = write_report(made.pool, made.picks, REQUEST, tmp_path, plane=made.plane, now=NOW)

    assert again.html.read_bytes() == made.report.html.read_bytes()
    assert again.pdf.read_bytes() == made.report.pdf.read_bytes()


@pytest.fixture(scope="module")
def bare(make_video: MakeVideo) -> Pool:
    """One frame, of which next to nothing is known."""
    clip = replace(_video(make_video(frames=1), "clip.mp4"), frame_count=1)
    pool = pool_of([clip], classes=())
    return replace(pool, columns={"boxes": pool.columns["boxes"]}, embeddings=None)


def test_next_to_nothing_makes_a_report_too(bare: Pool, tmp_path: Path) -> None:
    report = write_report(bare, picks_of(bare, [0]), BARE, tmp_path, now=NOW)
    text = Outline(report.html.read_text("utf-8")).text

    assert report.pdf.read_bytes().startswith(b"%PDF-")
    for words in ("1 of 1 frame of", "saw no boxes", "not known", "Without embeddings"):
        assert words in text


def test_without_flickering_the_embedding_plot_has_no_scale(made: Made) -> None:
    pool = replace(made.pool, columns={"boxes": made.pool.columns["boxes"]})
    plain, scaled = (
        embedding_plot(each, made.plane, made.picks.rows, caption="") for each in (pool, made.pool)
    )

    assert b"<image" in plain.svg
    assert plain.svg.count(b"<image") < scaled.svg.count(b"<image")


def test_marks_of_labeled_frames_are_counted(made: Made) -> None:
    marks = {"exported": np.arange(len(made.pool)) < 3}

    assert "Skipped as labeled: 3 frames that were exported before." in in_words(
        REQUEST, replace(made.pool, marks=marks)
    )


@pytest.mark.parametrize("at_the_end", [False, True])
def test_cancelling_leaves_nothing(bare: Pool, tmp_path: Path, at_the_end: bool) -> None:
    picks = picks_of(bare, [0])
    left = iter(range(steps_of(picks) + 1 if at_the_end else 0))

    def cancelled() -> bool:
        return next(left, None) is None

    with pytest.raises(Cancelled):
        write_report(bare, picks, BARE, tmp_path, cancelled=cancelled)
    assert list(tmp_path.iterdir()) == []


def beneath_a_file(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file" / "report"


def where_the_page_cannot_be_replaced(folder: Path) -> Path:
    (folder / "report.html" / "occupied").mkdir(parents=True)
    return folder


@pytest.mark.parametrize("bad", [beneath_a_file, where_the_page_cannot_be_replaced])
def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(
    bare: Pool, tmp_path: Path, bad: Callable[[Path], Path]
) -> None:
    folder = bad(tmp_path)

    with pytest.raises(ExportError, match="The report cannot be written to") as refused:
        write_report(bare, picks_of(bare, [0]), BARE, folder)
    assert "\n" not in str(refused.value)
    assert not list(tmp_path.rglob("*.pdf"))
