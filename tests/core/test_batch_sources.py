"""Which videos a batch is about: on this computer and in S3, and what their results are called."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.batch.naming import give_names
from core.batch.steps import AWS, Item
from core.batch.videos import Listed, list_videos
from core.cloud import gate, objects
from core.cloud.address import S3Way
from core.errors import BatchError, CloudError, UnreachableError
from core.export.names import safe_name
from core.lightly.names import name_key
from tests.core.in_s3 import put, put_folder
from tests.servers.s3 import Fault, S3Server
from tests.servers.s3_fixtures import INPUT


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_FIRST_WAIT", 0.01)
    monkeypatch.setattr(gate, "_LONGEST_WAIT", 0.05)
    monkeypatch.setattr(gate, "PATIENCE", 0.2)
    monkeypatch.setattr(objects, "PAUSES", (0.01,))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six files that are taken for videos, one of them a copy, among much that is not."""
    root = tmp_path / "videos"
    for path, content in {
        "cam10.mp4": "ten",
        "cam2.MP4": "two",
        "north/cam3.mp4": "three",
        "north/day 1/Straße.mkv": "street",
        "south/cam2.avi": "other two",
        "south/copy.avi": "three",
        "notes.txt": "no video",
        ".hidden.mp4": "hidden",
        ".trash/old.mp4": "hidden",
        "cam2.flickerscope/clip.mp4": "in a project",
        "done/batch.json": "{}",
        "done/videos/cam9.mp4": "fetched",
        "done/exports/cam9/cam9.mp4": "exported",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    return root


NAMES = ["cam2", "cam10", "north/cam3", "north/day 1/Straße", "south/cam2"]


def names(listed: Listed) -> list[str]:
    return [item.name for item in listed.items]


def local(*sources: object, given: dict[str, str] | None = None) -> Listed:
    return list_videos([str(source) for source in sources], AWS, given)


def test_a_folder_is_searched_to_any_depth(folder: Path) -> None:
    listed = local(folder)
    assert names(listed) == NAMES
    assert [Path(item.source) for item in listed.items[:2]] == [
        folder / "cam2.MP4",
        folder / "cam10.mp4",
    ]
    assert [item.bytes for item in listed.items] == [3, 3, 5, 6, 9]
    three = listed.items[2]
    assert listed.copies == {three.key: (str(folder / "south/copy.avi"),)}
    assert listed.unreadable == ()
    assert all(len(item.key) == 16 and int(item.key, 16) >= 0 for item in listed.items)


def test_relative_sources_lead_to_absolute_paths(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    assert local("videos") == local(folder)
    assert local("videos/../videos/north") == local(folder / "north")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.mp4", ["cam10"]),
        ("*", NAMES),
        ("**", NAMES),
        ("**/*.avi", ["south/cam2", "south/copy"]),
        ("*/cam?.*", ["north/cam3", "south/cam2"]),
        ("n*", ["north/cam3", "north/day 1/Straße"]),
        ("[ns]outh/*.[am]*", ["south/cam2", "south/copy"]),
        ("*.txt", ["notes"]),
    ],
)
def test_globs(pattern: str, expected: list[str], folder: Path) -> None:
    assert sorted(names(local(folder / pattern))) == sorted(expected)


def test_what_is_named_itself_is_taken(folder: Path) -> None:
    listed = local(folder / "notes.txt", folder / ".hidden.mp4", folder / "done/videos")
    assert names(listed) == ["notes", "_hidden", "cam9"]
    odd = folder / "clip[1].mp4"
    odd.write_text("odd")
    assert names(local(odd)) == ["clip[1]"]


def test_sources_that_overlap_give_each_video_once(folder: Path) -> None:
    listed = local(folder / "north", folder, folder / "*.mp4")
    assert names(listed) == ["cam3", "day 1/Straße", "cam2", "cam10", "south/cam2"]
    (copies,) = listed.copies.values()
    assert copies == (str(folder / "south/copy.avi"),)


def test_names_that_were_given_before_stay(folder: Path) -> None:
    before = {item.key: item.name for item in local(folder).items}
    (folder / "Cam2.mp4").write_text("newcomer that sorts first")
    (folder / "cam10").mkdir()
    (folder / "cam10" / "inside.mp4").write_text("would lie within the results of cam10")
    after = {item.key: item.name for item in local(folder, given=before).items}
    assert before.items() <= after.items()
    assert set(after.values()) - set(before.values()) == {"Cam2-2", "cam10-2/inside"}


def test_links_are_followed_once(folder: Path) -> None:
    (folder / "south" / "up").symlink_to(folder)
    (folder / "linked.mp4").symlink_to(folder / "cam2.MP4")
    listed = local(folder)
    assert names(listed) == ["cam2", *NAMES[1:]]
    assert str(folder / "linked.mp4") in listed.copies[listed.items[0].key]


def test_what_cannot_be_read_is_told_and_costs_only_itself(folder: Path) -> None:
    (folder / "gone.mp4").symlink_to(folder / "nowhere.mp4")
    (folder / "empty.mp4").touch()
    os.mkfifo(folder / "pipe.mp4")
    listed = local(folder)
    assert names(listed) == NAMES
    assert {each.source: each.reason for each in listed.unreadable} == {
        str(folder / "gone.mp4"): f"{folder / 'gone.mp4'} cannot be read "
        "(No such file or directory).",
        str(folder / "empty.mp4"): f"{folder / 'empty.mp4'} is empty (0 bytes).",
    }


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda f: [f / "nowhere"], "There is no file or folder .*nowhere: correct it; quote"),
        (lambda f: [f / "*.webm"], r"There is no video in .*\*\.webm"),
        (lambda f: [f / ".trash" / "none*"], "There is no video in"),
    ],
)
def test_nothing_found(make: Callable[[Path], list[Path]], message: str, folder: Path) -> None:
    with pytest.raises(BatchError, match=message):
        local(*make(folder))


def test_nothing_that_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(BatchError, match=r"None of the videos .* can be read: .* is empty"):
        local(tmp_path)


# In S3


def test_a_prefix_gives_what_its_folder_gives(folder: Path, way: S3Way) -> None:
    here = local(folder)
    there = list_videos([put_folder(way, folder, "drive/day")], way)

    def without_source(item: Item) -> tuple[str, str, int]:
        return item.key, item.name, item.bytes

    assert list(map(without_source, there.items)) == list(map(without_source, here.items))
    assert there.items[2].source == f"s3://{INPUT}/drive/day/north/cam3.mp4"
    assert list(there.copies) == list(here.copies)


def test_copies_in_s3_and_on_this_computer_are_one_video(folder: Path, way: S3Way) -> None:
    listed = list_videos([str(folder), put_folder(way, folder, "x")], way)
    assert names(listed) == NAMES
    assert all(len(listed.copies[item.key]) >= 1 for item in listed.items)


@pytest.mark.parametrize("size", [1, 1 << 16, (1 << 16) + 1, 1 << 17, (1 << 17) + 1, 300_000])
def test_keys_are_those_of_copies_whatever_the_size(size: int, tmp_path: Path, way: S3Way) -> None:
    video = tmp_path / "clip.mp4"
    video.write_bytes(os.urandom(size))
    (there,) = list_videos([put(way, "clip.mp4", video)], way).items
    (here,) = local(video).items
    assert there.key == here.key


def test_a_key_and_a_folder_of_the_same_name(way: S3Way) -> None:
    put(way, "day.mp4", b"a video")
    put(way, "day.mp4/cam.mp4", b"another one")
    put(way, "day.mp4.avi", b"beside them")
    put(way, "day.mp4/", b"")
    listed = list_videos([f"s3://{INPUT}/day.mp4"], way)
    assert sorted(names(listed)) == ["cam", "day"]
    assert names(list_videos([f"s3://{INPUT}"], way)) == ["day", "day.mp4/cam", "day.mp4-2"]


def test_more_keys_than_a_page_holds(
    folder: Path, way: S3Way, s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_PAGE", 3)
    assert names(list_videos([put_folder(way, folder, "x")], way)) == NAMES
    assert s3.counts()["GET"] == 1 + 5 + 6, "one look, five pages, six videos"


def test_s3_that_cannot_be_asked(s3: S3Server, way: S3Way) -> None:
    with pytest.raises(BatchError, match=r"There is nothing at s3://my-input/no/\*\.mp4: name a"):
        list_videos([f"s3://{INPUT}/no/*.mp4"], way)
    with pytest.raises(CloudError, match="There is no bucket s3://not-there"):
        list_videos(["s3://not-there/x"], way)
    with pytest.raises(CloudError, match="is no address in S3"):
        list_videos(["s3://"], way)
    put(way, "a.mp4", b"video")
    put(way, "empty.mp4", b"")
    s3.fail(Fault("code", "InternalError", every=2))
    listed = list_videos([f"s3://{INPUT}"], way)
    assert names(listed) == ["a"]
    assert listed.unreadable[0].reason == f"s3://{INPUT}/empty.mp4 is empty (0 bytes)."
    s3.fail(Fault("code", "InternalError"))
    with pytest.raises(UnreachableError):
        list_videos([f"s3://{INPUT}"], way)


def test_an_object_that_is_refused_costs_only_itself(s3: S3Server, way: S3Way) -> None:
    put(way, "a.mp4", b"video")
    put(way, "b.mp4", b"another video")
    # Two listings come first.
    s3.fail(Fault("code", "AccessDenied", "GET", after=2, times=1))
    listed = list_videos([f"s3://{INPUT}"], way)
    assert len(listed.items) == 1
    assert "refuses s3:GetObject" in listed.unreadable[0].reason


# Names

_PARTS = st.one_of(
    st.sampled_from(["a", "A", "a-2", "b", "CON", "..", "", "ß", "SS", "a.mp4", "é", "e\u0301"]),
    st.text(max_size=300).filter(lambda text: "/" not in text),
)
_PATHS = st.lists(st.lists(_PARTS, min_size=1, max_size=3).map("/".join), max_size=12)


@given(_PATHS, st.integers(0, 12))
def test_any_names_become_safe_unique_and_stay(paths: list[str], known: int) -> None:
    wanted = {f"{at:016x}": path for at, path in enumerate(paths)}
    before = give_names(dict(list(wanted.items())[:known]), {})
    found = give_names(wanted, before)
    assert list(found) == list(wanted)
    assert before.items() <= found.items()
    assert found == give_names(wanted, before)
    taken = [name_key(name) for name in found.values()]
    assert len(set(taken)) == len(taken)
    for name in taken:
        assert not any(other.startswith(f"{name}/") for other in taken), "one within another"
    for name, path in zip(found.values(), paths, strict=True):
        assert all(part and part == safe_name(part) for part in name.split("/"))
        assert name.count("/") == path.count("/"), "folders are mirrored"


@given(st.lists(st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8})?", fullmatch=True), unique=True))
def test_plain_names_stay_as_they_are(paths: list[str]) -> None:
    within = {path for path in paths if any(other.startswith(f"{path}/") for other in paths)}
    found = give_names({path: path for path in paths}, {})
    assert all(found[path] == path for path in paths if path not in within)
    assert all(found[path] != path for path in within)
