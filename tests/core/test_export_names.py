"""Names that every system takes."""

import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ExportError
from core.export.names import (
    MOST_BYTES,
    check_pattern,
    picture_names,
    safe_name,
    unique_names,
)
from core.export.request import LIGHTLY_NAMES
from core.lightly.names import frame_stem, name_key
from tests.core.exporting import index_of

HOSTILE = [
    "..", ".", "", " ", "-rf", "--help", ".hidden", "a/b", "a\\b", "../../etc/passwd", "C:\\x",
    "con", "CON", "aux.txt", "COM1", "lpt¹.tar.gz", "nul .x", "a.", "a. .", " a ", "a\nb", "a\0b",
    "\ud800",
    "a\u202etxt", "a\u2028b", "x" * 300, "é" * 200, "e\u0301" * 120, 'a<b>c:d"e|f?g*h', "👍🏽" * 80,
]  # fmt: skip
ODD = st.text(
    st.one_of(
        st.sampled_from("aA .-_/\\:*?<>|\"'\0\n\u0301\u00e9ßſİKCONcomnul1¹~\u202e\u3000\ud800👍"),
        st.characters(),
    ),
    max_size=30,
) | st.builds(lambda text, n: text * n, st.text(max_size=8), st.integers(0, 120))
RESERVED = {"con", "prn", "aux", "nul", "clock$", "conin$", "conout$"} | {
    f"{device}{n}" for device in ("com", "lpt") for n in "0123456789¹²³"
}


def assert_safe(name: str) -> None:
    assert name
    assert len(name.encode()) <= MOST_BYTES
    assert name == unicodedata.normalize("NFC", name)
    assert not set(name) & set('<>:"/\\|?*')
    assert not {unicodedata.category(sign) for sign in name} & {"Cc", "Cf", "Cs", "Cn", "Co"}
    assert name[0] not in ".-"
    assert name == name.strip()
    assert not name.endswith(".")
    assert name.split(".")[0].rstrip().casefold() not in RESERVED
    assert len(f"{name}\n".splitlines()) == 1
    assert PurePosixPath(name).parts == PureWindowsPath(name).parts == (name,)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_become_safe_ones(name: str) -> None:
    assert_safe(safe_name(name))


@settings(max_examples=60, deadline=None)
@given(ODD)
def test_any_text_becomes_a_safe_name_that_stays_as_it_is(text: str) -> None:
    name = safe_name(text)
    assert_safe(name)
    assert safe_name(name) == name


@settings(max_examples=60, deadline=None)
@given(st.lists(ODD, max_size=12))
def test_any_texts_become_names_that_no_system_takes_for_each_other(texts: list[str]) -> None:
    names = unique_names(texts)
    for name in names:
        assert_safe(name)
    assert len({name_key(name) for name in names}) == len(texts)
    assert unique_names(names) == names


@pytest.mark.parametrize(
    "name",
    ["two words", "é 😀", "%05d", "a'b;$(d)", "a.b.c", "drive-099-mp4", "con-0-mp4", "x" * 200,
     "a~b", "100% (2), [3]", "日本 語"],
)  # fmt: skip
def test_safe_names_stay(name: str) -> None:
    assert safe_name(name) == name


def test_names_that_are_too_long_keep_start_and_end_and_stay_apart() -> None:
    one, two = (safe_name(f"{'x' * 150}{middle}{'y' * 150}-0099-mp4") for middle in "ab")
    assert one != two
    assert all(name.startswith("xxx") and name.endswith("y-0099-mp4") for name in (one, two))


def test_equal_names_get_numbers_and_real_numbers_keep_theirs() -> None:
    assert unique_names(["a", "A", "a-2", "a"]) == ["a", "A-3", "a-2", "a-4"]
    assert unique_names(["é", "e\u0301", "Straße", "STRASSE"]) == [
        "é",
        "é-2",
        "Straße",
        "STRASSE-2",
    ]


def named(
    pattern: str, *paths: str, count: int = 12, frames: tuple[int, ...] = (0, 7)
) -> list[str]:
    videos = unique_names(Path(path).stem for path in paths)
    each = [(Path(p), name, index_of(count)) for p, name in zip(paths, videos, strict=True)]
    return [n for its in picture_names(pattern, each, [frames] * len(each)) for n in its]


@pytest.mark.parametrize("path", ["a/drive.mp4", "a.b.mov", "two words.mp4", "con.mp4", "noend"])
def test_names_are_lightlys_own_where_these_are_safe(path: str) -> None:
    assert named(LIGHTLY_NAMES, path) == [frame_stem(Path(path), frame, 12) for frame in (0, 7)]


def test_patterns_give_what_they_hold() -> None:
    assert named("{frame}_{ext} {{{video}}} at {seconds} s", "drive.mp4", frames=(7,)) == [
        "07_mp4 {drive} at 0.280 s"
    ]
    assert named("{seconds}", "drive.mp4", count=2600, frames=(1, 2500)) == ["000.040", "100.000"]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (("a/drive.mp4", "b/drive.mp4"), ["drive-00-mp4", "drive-2-00-mp4"]),
        (("a/drive.mp4", "b/drive.avi"), ["drive-00-mp4", "drive-00-avi"]),
        (("a/drive.mp4", "b/DRIVE.MP4"), ["drive-00-mp4", "DRIVE-2-00-MP4"]),
        (("a?.mp4", "a*.mp4"), ["a_-00-mp4", "a_-2-00-mp4"]),
    ],
)
def test_pictures_of_videos_that_are_called_alike_are_told_apart(
    paths: tuple[str, ...], expected: list[str]
) -> None:
    assert named(LIGHTLY_NAMES, *paths, frames=(0,)) == expected


def test_videos_of_one_stem_are_told_apart_even_where_no_frame_is_the_same() -> None:
    videos = [
        (Path("a/drive.mp4"), "drive", index_of(12)),
        (Path("b/drive.mp4"), "drive-2", index_of(12)),
    ]
    assert picture_names(LIGHTLY_NAMES, videos, [[1], [2]]) == [
        ["drive-01-mp4"], ["drive-2-02-mp4"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("", "gives all frames the same name: put {frame} into it"),
        ("{video}", "gives all frames the same name"),
        ("{video}/{frame}", "holds a path"),
        ("{video}\\{frame}", "holds a path"),
        ("{frame", "cannot be read"),
        ("{}", "holds something else than {video}, {frame}, {ext}, {seconds}"),
        ("{frame:09999999}", "holds something else"),
        ("{frame!r}", "holds something else"),
        ("{video.__class__}-{frame}", "holds something else"),
        ("{run}-{frame}", "holds something else"),
    ],
)
def test_patterns_that_cannot_serve_are_sentences(pattern: str, sentence: str) -> None:
    with pytest.raises(ExportError, match=sentence.replace("{", r"\{")):
        check_pattern(pattern)


def test_a_pattern_without_the_video_serves_for_one_video() -> None:
    assert named("{frame}", "drive.mp4") == ["00", "07"]
    with pytest.raises(ExportError, match="of 2 videos the same names"):
        named("{frame}", "a.mp4", "b.mp4")
