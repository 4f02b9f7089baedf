"""The person's settings, and errors that travel between processes."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import DetectorError, ExportError, ProjectError, UserError, VideoError
from core.paths import (
    ProxyPlace,
    default_project_dir,
    project_stem,
    settings_file,
    write_atomically,
)
from core.settings import Settings, WindowLayout, load_settings, save_settings


def test_settings_come_back_as_they_were_saved(tmp_path: Path) -> None:
    layout = WindowLayout((1, 2, 3, 4), True, {"upper": (5, 6)})
    saved = replace(
        Settings(appearance="dark", model="x.pt"),
        recent=("/a", "/b"),
        keys={"accept": ("W", "Ctrl+Return"), "skip": ()},
        window=layout,
    )
    save_settings(saved)
    assert load_settings() == saved


def test_settings_of_an_earlier_version_keep_what_they_say() -> None:
    settings_file().write_text('{"recent": ["/a"], "appearance": "dark", "model": "x.pt"}')
    assert load_settings() == Settings(recent=("/a",), appearance="dark", model="x.pt")


def test_small_copies_lie_below_the_programs_home_unless_another_place_is_chosen(
    home: Path,
) -> None:
    assert Settings().proxies == ProxyPlace(home / "proxies", 8 << 30)
    chosen = Settings(proxy_gib=0.5, proxy_folder="/videos/small")
    assert chosen.proxies == ProxyPlace(Path("/videos/small"), 1 << 29)
    assert chosen.proxy_root == Path("/videos/small")


@pytest.mark.parametrize("gib", [0, 0.0, 1e-12])
def test_without_disk_there_are_no_small_copies(gib: float) -> None:
    assert Settings(proxy_gib=gib).proxies is None
    assert Settings(proxy_gib=gib).proxy_limit == 0


def test_settings_lie_below_the_programs_home(home: Path) -> None:
    save_settings(Settings(model="mine.pt"))
    assert settings_file() == home / "settings" / "settings.json"
    assert "mine.pt" in settings_file().read_text()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"null", b"[]", b"{}", b'"text"', b"\xff\xfe", b'{"recent": 5}',
        b'{"recent": [], "colour": "red"}', b'{"recent": [1, 2]}', b'{"recent": "abc"}',
        b'{"recent": [], "appearance": "purple"}', b'{"recent": [], "model": 5}',
        b'{"recent": [], "proxy_gib": -1}', b'{"recent": [], "proxy_gib": "8"}',
        b'{"recent": [], "proxy_gib": NaN}', b'{"recent": [], "proxy_gib": Infinity}',
        b'{"recent": [], "proxy_gib": null}', b'{"recent": [], "proxy_folder": 5}',
        b'{"recent": [], "hardware_decoding": "yes"}', b'{"keys": 5}', b'{"keys": {"accept": "A"}}',
        b'{"keys": {"accept": [1]}}', b'{"window": 5}', b'{"window": {"geometry": [1, 2, 3]}}',
        b'{"window": {"geometry": [1, 2, 3, "4"]}}', b'{"window": {"maximised": 1}}',
        b'{"window": {"splitters": {"upper": [1.5]}}}', b'{"window": {"colour": 1}}',
    ],
)  # fmt: skip
def test_damaged_settings_are_the_standard_ones(content: bytes) -> None:
    settings_file().write_bytes(content)
    assert load_settings() == Settings()


def test_the_newest_files_come_first_each_once_and_not_too_many(tmp_path: Path) -> None:
    settings = Settings()
    for number in [*range(12), 7]:
        settings = settings.with_recent(tmp_path / f"{number}.mp4")
    names = [Path(entry).name for entry in settings.recent]
    assert names == [f"{n}.mp4" for n in (7, 11, 10, 9, 8, 6, 5, 4)]


def test_a_moved_video_is_listed_once_at_its_new_place() -> None:
    settings = Settings(recent=("/new/b.mp4", "/old/a.mp4", "/c.mp4"))
    moved = settings.with_recent(Path("/new/a.mp4"), moved_from=Path("/old/a.mp4"))
    assert moved.recent == ("/new/a.mp4", "/new/b.mp4", "/c.mp4")


def test_settings_that_cannot_be_saved_cost_only_the_memory(
    monkeypatch: pytest.MonkeyPatch, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings_file().mkdir()
    save_settings(Settings())
    assert "could not be saved" in caplog.text
    assert load_settings() == Settings()


@pytest.mark.parametrize("kind", [UserError, VideoError, DetectorError, ProjectError, ExportError])
def test_an_error_is_the_same_sentence_in_another_process(kind: type[UserError]) -> None:
    error = kind("x is broken", mend="mend it")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert str(again) == str(error) == "x is broken: mend it."


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    write_atomically(path, lambda temporary: temporary.write_text("first") and None)

    def fail(temporary: Path) -> None:
        temporary.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, fail)
    assert path.read_text() == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["x.txt"]


@pytest.mark.parametrize(
    ("name", "stem"),
    [("a b.mp4", "a_b"), ("é.mp4", "é"), ("...mp4", "video"), ("a/../b:c.mp4", "b_c")],
)
def test_project_folders_have_names_that_every_system_accepts(name: str, stem: str) -> None:
    assert project_stem(Path(name)) == stem
    assert len(project_stem(Path("x" * 200 + ".mp4"))) == 80


def test_the_same_video_always_leads_to_the_same_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    here, other = default_project_dir(Path("a.mp4")), default_project_dir(Path("b/a.mp4"))
    assert here == default_project_dir(tmp_path / "b" / ".." / "a.mp4")
    assert here != other
    assert here.name.startswith("a-")
    assert here.suffix == ".flickerscope"
