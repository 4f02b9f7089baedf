"""`flickerscope impute`: anyone's detections in, imputed boxes out."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Flickerscope
from tests.core.scenes import missed, moving

Write = Callable[[str], Path]
Row = dict[str, str]


@pytest.fixture
def det(tmp_path: Path) -> Write:
    """Writes a MOTChallenge file."""

    def write(text: str) -> Path:
        path = tmp_path / "det.txt"
        path.write_text(text)
        return path

    return write


def mot(*gaps: range, frames: int = 60, score: float = 0.9) -> str:
    """One object that moves, with gaps, as MOTChallenge text."""
    lines = []
    for i, row in enumerate(missed(moving(frames, score=score), *gaps)):
        if row:
            x0, y0, x1, y1, confidence, _ = row
            lines.append(f"{i + 1},-1,{x0},{y0},{x1 - x0},{y1 - y0},{confidence}")
    return "\n".join(lines) + "\n"


def read(path: Path) -> list[Row]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_each_imputed_box_is_a_line(det: Write, tmp_path: Path, flickerscope: Flickerscope) -> None:
    out = tmp_path / "out.csv"
    answer = flickerscope(
        "impute", det(mot(range(9, 12))), "--format", "mot", "--out", out, "--json"
    )
    assert out.read_text().splitlines()[0] == "frame,track,x,y,w,h,plausibility,gap"
    rows = read(out)
    assert [int(row["frame"]) for row in rows] == [10, 11, 12]
    assert {row["gap"] for row in rows} == {"3"}
    assert {row["track"] for row in rows} == {"1"}
    assert all(0 < float(row["plausibility"]) < 1 for row in rows)
    assert float(rows[0]["x"]) == pytest.approx(50 + 3 * 9, abs=1)
    assert float(rows[0]["w"]) == pytest.approx(60, abs=1)
    assert answer.json["imputed_boxes"] == 3
    assert answer.json["frames"] == 60


def test_gaps_longer_than_wanted_are_left_out(
    det: Write, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    source, out = det(mot(range(9, 12), range(30, 31))), tmp_path / "out.csv"
    flickerscope("impute", source, "--out", out, "--max-gap", 2)
    assert [row["frame"] for row in read(out)] == ["31"]


def test_boxes_of_low_score_count_as_missing_and_are_imputed(
    det: Write, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    lines = mot().splitlines()
    lines[20] = lines[20].replace(",0.9", ",0.2")
    source, out = det("\n".join(lines)), tmp_path / "out.csv"
    flickerscope("impute", source, "--out", out)
    assert read(out) == []
    flickerscope("impute", source, "--out", out, "--min-score", 0.5)
    assert [row["frame"] for row in read(out)] == ["21"]


@pytest.mark.parametrize("score", [-1, -0.4, 0, 1, 87.5])
def test_scores_of_any_scale_are_taken(
    score: float, det: Write, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "out.csv"
    flickerscope("impute", det(mot(range(9, 11), score=score)), "--out", out)
    assert [row["frame"] for row in read(out)] == ["10", "11"]


def test_the_picture_bounds_the_boxes(
    det: Write, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "out.csv"
    flickerscope(
        "impute", det(mot(range(20, 25))), "--out", out, "--width", 150, "--height", 200,
        "--min-plausibility", 0,
    )  # fmt: skip
    rows = read(out)
    assert rows
    assert all(float(row["x"]) + float(row["w"]) <= 150.01 for row in rows)
    assert all(float(row["y"]) + float(row["h"]) <= 200.01 for row in rows)


@pytest.mark.parametrize("text", ["", "\n\n", "1,-1,10,10,20,20,0.9\n"])
def test_nothing_to_impute_is_an_empty_table(
    text: str, det: Write, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "out.csv"
    assert flickerscope("impute", det(text), "--out", out, "--json").json["imputed_boxes"] == 0
    assert read(out) == []


GOOD = "1,-1,10,10,20,20,0.9\n"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("2,-1,nan,10,20,20,0.9", "Line 2 of det.txt has a value that is not finite"),
        ("2,-1,10,10,inf,20,0.9", "Line 2 of det.txt has a value that is not finite"),
        ("2,-1,10,10,-20,20,0.9", "Line 2 of det.txt has a width that is not positive"),
        ("2,-1,10,10,20,0,0.9", "Line 2 of det.txt has a height that is not positive"),
        ("0,-1,10,10,20,20,0.9", "Line 2 of det.txt has a frame that is no whole number from 1"),
        ("1.5,-1,10,10,20,20,0.9", "Line 2 of det.txt has a frame that is no whole number from 1"),
        ("2,-1,10,10", "Line 2 of det.txt has 4 fields, not at least 7"),
        ("2,-1,ten,10,20,20,0.9", "Line 2 of det.txt has x 'ten', no number"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(
    line: str, says: str, det: Write, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    out = tmp_path / "out.csv"
    out.write_text("earlier work")
    answer = flickerscope("impute", det(f"{GOOD}{line}\n"), "--out", out)
    assert answer.code == 2
    assert says in answer.err
    assert len(answer.err.splitlines()) == 1
    assert out.read_text() == "earlier work"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--max-gap", 0), "0 is not between 1 and 60"),
        (("--max-gap", 61), "61 is not between 1 and 60"),
        (("--min-plausibility", 1.5), "1.5 is not between 0 and 1"),
        (("--format", "coco"), '"coco" is not one of mot'),
        (("--width", 640), "give both or none"),
    ],
)
def test_bad_options_are_named(
    arguments: tuple, says: str, det: Write, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    answer = flickerscope("impute", det(GOOD), "--out", tmp_path / "out.csv", *arguments)
    assert answer.code == 2
    assert says in answer.err


def test_a_missing_file_and_a_missing_folder_are_sentences(
    det: Write, tmp_path: Path, flickerscope: Flickerscope
) -> None:
    answer = flickerscope("impute", tmp_path / "none.txt", "--out", tmp_path / "out.csv")
    assert (answer.code, "none.txt cannot be read" in answer.err) == (2, True)
    answer = flickerscope("impute", det(GOOD), "--out", tmp_path / "no" / "out.csv")
    assert (answer.code, "out.csv cannot be written" in answer.err) == (2, True)
