"""YOLO text folders, frame numbers in names, and what all formats share."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ImportedDetectionsError
from core.importing.base import ForVideo, Imported, ImportOptions
from core.importing.formats import import_detections, recognise
from core.importing.frame_numbers import frames_of, frames_of_names

HIGHWAY = ForVideo("highway.mp4", 10, 200, 100)
BOX = "1 0.5 0.5 0.2 0.4 0.75"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes text files by name into a folder and returns it."""

    def make(files: dict[str, str]) -> Path:
        folder = tmp_path / "run"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return folder

    return make


def load(path: Path, **options: object) -> Imported:
    return import_detections(path, HIGHWAY, ImportOptions(**options))  # type: ignore[arg-type]


def refusal(path: Path, **options: object) -> str:
    with pytest.raises(ImportedDetectionsError) as caught:
        load(path, **options)
    return str(caught.value)


def frames(imported: Imported) -> list[int]:
    return imported.detections.frame.tolist()


def test_what_yolo_predict_writes_is_read_from_the_run_or_its_labels(write: Write) -> None:
    folder = write(
        {
            "labels/highway_1.txt": f"{BOX}\n0 0.25 0.5 0.1 0.2 0.5\n",
            "labels/highway_3.txt": "2 0.9 0.9 0.2 0.2 0.25\n",
            "highway.avi": "not read",
        }
    )
    got = load(folder)
    assert got.detections.frame_count == 10
    assert frames(got) == [0, 0, 2]
    np.testing.assert_allclose(
        got.detections.xyxy, [[80, 30, 120, 70], [40, 40, 60, 60], [160, 80, 200, 100]], atol=1e-4
    )
    assert got.detections.score.tolist() == [0.75, 0.5, 0.25]
    assert got.detections.class_id.tolist() == [1, 0, 2]
    assert got.class_names == ("class 0", "class 1", "class 2")
    assert got.format == "yolo"
    again = load(folder / "labels")
    assert again.sha256 == got.sha256
    np.testing.assert_array_equal(again.detections.xyxy, got.detections.xyxy)


def test_frames_are_in_order_of_their_numbers_not_of_their_names(write: Write) -> None:
    folder = write({f"highway_{n}.txt": f"{n} 0.5 0.5 0.1 0.1\n" for n in (10, 9, 2, 1)})
    got = load(folder)
    assert got.detections.class_id.tolist() == [1, 2, 9, 10]
    assert frames(got) == [0, 1, 8, 9]


def test_empty_files_blank_lines_and_missing_scores_are_fine(write: Write) -> None:
    got = load(write({"highway_4.txt": "", "highway_5.txt": "\r\n 0 0.5 0.5 0.1 0.1\r\n\r\n"}))
    assert frames(got) == [4]
    assert got.detections.score.tolist() == [1.0]


def test_boxes_of_a_frame_stay_in_the_order_of_lines(write: Write) -> None:
    lines = [f"{i} 0.5 0.5 0.1 0.1\n" for i in range(40)]
    got = load(write({f"highway_{n}.txt": "".join(lines) for n in (1, 2)}))
    assert got.detections.class_id.tolist() == [*range(40), *range(40)]


def test_a_byte_order_mark_is_no_part_of_the_first_number(write: Write) -> None:
    assert len(load(write({"highway_1.txt": f"\ufeff{BOX}"})).detections) == 1


def test_the_first_wrong_line_is_named(write: Write) -> None:
    lines = f"{BOX}\n1 0.5 1.05 0.1 0.01\n1 0.5 0.5 0 0.2\n1 0.5 1.05 0.1 0.01\n"
    assert refusal(write({"highway_1.txt": lines})).startswith("Line 2 of highway_1.txt")


def test_a_list_of_names_among_numbered_files_is_no_frame(write: Write) -> None:
    got = load(write({"000002.txt": BOX, "classes.txt": "person\ncar"}))
    assert frames(got) == [1]


def test_track_ids_are_left_out(write: Write) -> None:
    got = load(write({"highway_1.txt": f"{BOX} 17\n"}))
    assert got.detections.score.tolist() == [0.75]


def test_scores_below_the_least_are_left_out(write: Write) -> None:
    folder = write({"highway_1.txt": f"{BOX}\n0 0.5 0.5 0.1 0.1 0.3\n0 0.5 0.5 0.1 0.1 0.29\n"})
    np.testing.assert_allclose(load(folder, min_score=0.3).detections.score, [0.75, 0.3])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("labels/data.yaml", "names: [person, car]"),
        ("data.yaml", "nc: 2\nnames:\n  0: person\n  1: car\n"),
        ("labels/classes.txt", "person\ncar\n"),
        ("obj.names", "person\r\ncar\r\n\r\n"),
    ],
)
def test_names_come_from_the_files_beside(write: Write, name: str, text: str) -> None:
    folder = write({"labels/highway_1.txt": BOX, name: text})
    assert load(folder).class_names == ("person", "car")
    assert load(folder, class_names=("a", "b", "c")).class_names == ("a", "b", "c")


def test_names_that_are_too_few_are_refused(write: Write) -> None:
    says = refusal(write({"highway_1.txt": BOX}), class_names=("person",))
    assert "Line 1 of highway_1.txt has class 1, but there are names for 1 classes" in says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("names: [person\n", "Line 2 of "),
        ("names: 3\n", "holds no names by class id"),
        ("names: {a: b}\n", "holds no names by class id"),
    ],
)
def test_names_that_cannot_be_read_are_refused(write: Write, text: str, says: str) -> None:
    assert says in refusal(write({"highway_1.txt": BOX, "data.yaml": text}))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("1 0.5 0.5 0.2", "has 4 columns"),
        ("1 0.1 0.1 0.2 0.1 0.2 0.2 0.1 0.2", "has 9 columns, as for segments"),
        ("1 0.1 0.1 0.2 0.1 0.2 0.2", "has 7 columns, as for segments"),
        ("car 0.5 0.5 0.2 0.2", "has class 'car', no number"),
        ("1 0.5 x 0.2 0.2", "has cy 'x', no number"),
        ("1.5 0.5 0.5 0.2 0.2", "has class 1.5, no whole number"),
        ("-1 0.5 0.5 0.2 0.2", "has class -1, no whole number"),
        ("32768 0.5 0.5 0.2 0.2", "has class 32768, no whole number"),
        ("nan 0.5 0.5 0.2 0.2", "has class nan, no whole number"),
        ("1 120 0.5 0.2 0.2", "has cx 120, not within 0..1"),
        ("1 0.5 0.5 nan 0.2", "has w nan, not within 0..1"),
        ("1 0.5 0.5 0 0.2", "has no width or no height"),
        ("1 1.04 0.5 0.02 0.2", "lies outside the picture of highway.mp4, 200 × 100 px"),
        ("1 0.5 0.5 0.2 0.2 7", "has score 7, not within 0..1"),
        ("1 0.5 0.5 0.2 0.2 nan", "has score nan, not within 0..1"),
    ],
)
def test_a_wrong_line_is_named(write: Write, line: str, says: str) -> None:
    told = refusal(write({"highway_1.txt": BOX, "highway_2.txt": f"{BOX}\n\n{line}\n{BOX}"}))
    assert told.startswith("Line 3 of highway_2.txt")
    assert says in told


def test_boxes_are_clipped_to_the_picture(write: Write) -> None:
    got = load(write({"highway_1.txt": "0 0.05 0.95 0.3 0.3"}))
    np.testing.assert_allclose(got.detections.xyxy, [[0, 80, 40, 100]], atol=1e-4)


def test_a_file_of_a_frame_that_the_video_lacks_is_named(write: Write) -> None:
    says = refusal(write({"highway_3.txt": BOX, "highway_11.txt": ""}))
    assert "highway_11.txt is of frame 11, but highway.mp4 has 10 frames" in says
    assert "another frame rate" in says


def test_a_file_that_is_not_text_is_named(write: Write) -> None:
    folder = write({"highway_1.txt": BOX})
    (folder / "highway_2.txt").write_bytes(b"\xff\xfe0\x00")
    assert "highway_2.txt cannot be read (it is not text)" in refusal(folder)


def test_a_file_that_cannot_be_read_is_named(write: Write) -> None:
    folder = write({"highway_1.txt": BOX})
    (folder / "highway_2.txt").mkdir()
    assert "highway_2.txt cannot be read (" in refusal(folder)


def test_the_hash_tells_contents_and_frames(write: Write) -> None:
    folder = write({"highway_1.txt": BOX})
    first = load(folder).sha256
    (folder / "highway_1.txt").rename(folder / "highway_2.txt")
    second = load(folder).sha256
    write({"highway_2.txt": f"{BOX}\n"})
    third = load(folder).sha256
    write({"classes.txt": "person\ncar"})
    assert len({first, second, third, load(folder).sha256}) == 4


# Frame numbers


def frames_named(*names: str, **options: object) -> list[int | None]:
    said = ImportOptions(**options)  # type: ignore[arg-type]
    return frames_of_names(names, HIGHWAY, said, 1, names.__getitem__)


@pytest.mark.parametrize(
    ("name", "frame"),
    [
        ("highway_3.txt", 2),
        ("highway-0003.png", 2),
        ("HIGHWAY.mp4_3.txt", 2),
        ("highway_mp4_3", 2),
        ("highway_frame_3.jpg", 2),
        ("frame000003.png", 2),
        ("img 3.jpeg", 2),
        ("highway/000003.jpg", 2),
        ("data\\highway\\000003.jpg", 2),
        ("other/folder/3", 2),
        ("videos/highway-003-mp4.json", 3),
    ],
)
def test_names_that_people_have_are_understood(name: str, frame: int) -> None:
    assert frames_named(name) == [frame]


def test_accents_may_be_written_in_two_ways() -> None:
    video = ForVideo("caf\u00e9.mp4", 10, 200, 100)
    names = ("cafe\u0301_3.txt",)
    assert frames_of_names(names, video, ImportOptions(), 1, names.__getitem__) == [2]


def test_lightly_names_may_have_any_suffix_of_a_video() -> None:
    video = ForVideo("2024-05-01.y4m", 10, 200, 100)
    names = ("2024-05-01-3-y4m.png", "2024-05-02-4-mp4.png", "2024-05-01_4.png")
    frames = frames_of_names(names, video, ImportOptions(), 1, names.__getitem__)
    assert frames == [3, None, 4]


def test_names_of_other_videos_are_left_out() -> None:
    names = ("highway_1.txt", "highway2_4.txt", "notes.txt", "highway-003-avi.json")
    assert frames_named(*names) == [0, None, None, None]


def test_names_of_another_video_alone_are_refused() -> None:
    with pytest.raises(ImportedDetectionsError) as caught:
        frames_named("other_1.txt", "other_2.txt", "notes.txt")
    assert "other_1.txt is of 'other', not of 'highway' (highway.mp4)" in str(caught.value)


def test_numbers_and_another_video_together_are_refused() -> None:
    with pytest.raises(ImportedDetectionsError, match="other_1 is of 'other'"):
        frames_named("0001.txt", "other_1")


def test_a_video_of_the_same_name_and_another_suffix_is_another_video() -> None:
    with pytest.raises(ImportedDetectionsError, match=r"'highway.avi', not of 'highway'"):
        frames_named("highway-003-avi.json")


@pytest.mark.parametrize("name", ["notes.txt", "1" * 19])
@pytest.mark.parametrize("others", [(), ("000001.txt",)])
def test_names_without_a_frame_number_are_refused(name: str, others: tuple[str, ...]) -> None:
    with pytest.raises(ImportedDetectionsError, match=f"{name} has no frame number in its name"):
        frames_named(*others, name)


def test_two_names_of_one_frame_are_refused() -> None:
    with pytest.raises(ImportedDetectionsError, match="highway_1 and highway_01 are both of"):
        frames_named("highway_1", "highway_01")


@given(
    numbers=st.lists(st.integers(0, 40), unique=True),
    count=st.integers(1, 40),
    convention=st.sampled_from([0, 1]),
    said=st.sampled_from([None, 0, 1]),
)
def test_every_number_means_one_frame_or_all_are_refused(
    numbers: list[int], count: int, convention: int, said: int | None
) -> None:
    video = ForVideo("v.mp4", count, 8, 8)
    options = ImportOptions(first_frame=said)
    names = [f"v_{n}.txt" for n in numbers]
    fits_0 = all(n < count for n in numbers)
    fits_1 = all(1 <= n <= count for n in numbers)
    expected = said
    if said is None:
        # Where only one of both fits, it must be found.
        expected = convention if fits_0 == fits_1 else int(fits_1)
    if (fits_0, fits_1)[expected]:
        assert frames_of(numbers, video, options, convention, names.__getitem__) == [
            n - expected for n in numbers
        ]
        assert frames_of_names(names, video, options, convention, names.__getitem__) == [
            n - expected for n in numbers
        ]
    else:
        with pytest.raises(ImportedDetectionsError, match=f"v.mp4 has {count} frames"):
            frames_of(numbers, video, options, convention, names.__getitem__)


# Formats


def test_formats_are_recognised_by_their_content(write: Write) -> None:
    folder = write(
        {
            "boxes/a_1.txt": "",
            "labels/a_1.txt": "",
            "task/schema.json": "{}",
            "tasks/tasks.json": "[]",
            "source/.lightly/predictions/tasks.json": "[]",
            "source/.lightly/metadata/schema.json": "[]",
            "results.json": "[]",
            "det.txt": "",
            "det.CSV": "",
        }
    )
    found = {
        name: recognise(folder / name)
        for name in ("boxes", "labels", "task", "tasks", "source", "source/.lightly",
                     "results.json", "det.txt", "det.CSV", ".")
    }  # fmt: skip
    assert found == {
        "boxes": "yolo",
        "labels": "yolo",
        ".": "yolo",
        "task": "lightly",
        "tasks": "lightly",
        "source": "lightly",
        "source/.lightly": "lightly",
        "results.json": "coco",
        "det.txt": "mot",
        "det.CSV": "mot",
    }


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nowhere", "nowhere is not there"),
        ("film.mp4", "has the suffix of no known format ('.mp4')"),
        (".", "holds detections of no known format"),
    ],
)
def test_what_is_no_format_is_refused(write: Write, name: str, says: str) -> None:
    folder = write({"film.mp4": ""})
    assert says in refusal(folder / name)


@pytest.mark.parametrize("name", ["yolo", "coco", "mot", "lightly"])
def test_a_format_that_does_not_fit_is_refused(write: Write, name: str) -> None:
    folder = write({"film.mp4": ""})
    for path in (folder, folder / "film.mp4", folder / "nowhere"):
        if (name, path.name) != ("mot", "film.mp4"):
            with pytest.raises(ImportedDetectionsError):
                import_detections(path, HIGHWAY, format_name=name)


def test_an_unknown_format_is_refused(write: Write) -> None:
    with pytest.raises(ImportedDetectionsError, match="no format 'xml': choose one of yolo"):
        import_detections(write({}), HIGHWAY, format_name="xml")


def test_a_folder_that_may_not_be_entered_is_refused(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write({"inner/highway_1.txt": BOX})

    def denied(self: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    # Root, as whom tests may run, enters every folder.
    monkeypatch.setattr(Path, "is_dir", denied)
    for format_name in (None, "yolo"):
        with pytest.raises(ImportedDetectionsError, match="inner cannot be read"):
            import_detections(folder / "inner", HIGHWAY, format_name=format_name)
