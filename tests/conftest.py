"""What every test gets: folders of its own, no network for ultralytics, small exact videos."""

import logging
import os
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import av
import numpy as np
import pytest

from core.video import Picture

# Before anything imports ultralytics or starts Qt.
_SESSION_HOME = tempfile.TemporaryDirectory(
    prefix="flickerscope-tests-", ignore_cleanup_errors=True
)
_SHARED = Path(os.environ.setdefault("FLICKERSCOPE_TESTS_SHARED", _SESSION_HOME.name))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["FLICKERSCOPE_HOME"] = str(Path(_SESSION_HOME.name) / "home")
os.environ["YOLO_CONFIG_DIR"] = str(Path(_SESSION_HOME.name) / "ultralytics")
# The window takes the language of the desktop.
os.environ["LC_ALL"] = "C.UTF-8"
os.environ["YOLO_OFFLINE"] = "true"
os.environ["YOLO_AUTOINSTALL"] = "false"
# No test sees, or writes to, the keyring and the token of whoever runs it.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
os.environ.pop("LIGHTLY_TOKEN", None)
Path(os.environ["YOLO_CONFIG_DIR"]).mkdir()

DATA_VARIABLE = "FLICKERSCOPE_TEST_DATA"
REPOSITORY = Path(__file__).resolve().parents[1]

DEAD_PROXY = "http://127.0.0.1:9"
"""The discard port: nothing listens there."""

INDEX_BITS = 10
_BLOCK = 16
CLIP_WIDTH, CLIP_HEIGHT = INDEX_BITS * _BLOCK, 6 * _BLOCK

MakeVideo = Callable[..., Path]
"""See `make_video`."""


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's own folders, new for every test."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("FLICKERSCOPE_HOME", str(folder))
    share_exported_models(folder)
    return folder


def share_exported_models(home: Path) -> None:
    """Models that a test has exported serve those that follow: exporting takes seconds."""
    shared = _SHARED / "exported"
    shared.mkdir(exist_ok=True)
    (home / "models").mkdir(parents=True)
    (home / "models" / "exported").symlink_to(shared)


@pytest.fixture(autouse=True)
def _clean_process() -> Iterator[None]:
    """Take back what the program and its libraries leave in this process."""
    before = list(logging.getLogger().handlers)
    yield
    for handler in [h for h in logging.getLogger().handlers if h not in before]:
        if isinstance(handler, logging.FileHandler):
            logging.getLogger().removeHandler(handler)
            handler.close()
    # opencv-python points Qt to its own, older plugins when imported.
    os.environ.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)
    os.environ.pop("QT_QPA_FONTDIR", None)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with shared clips, weights and vectors, which the repository does not hold."""
    folder = Path(os.environ.get(DATA_VARIABLE, REPOSITORY.parent / "shared")).resolve()
    if not (folder / "media").is_dir():
        pytest.skip(f"no test data in {folder}; set {DATA_VARIABLE}")
    return folder


@pytest.fixture(scope="session")
def media(shared_data: Path) -> Callable[[str], Path]:
    """A shared clip by file name."""
    return lambda name: _existing(shared_data / "media" / name)


@pytest.fixture(scope="session")
def weights(shared_data: Path) -> Path:
    """YOLOv8n, trained on COCO."""
    return _existing(shared_data / "weights" / "yolov8n.pt")


@pytest.fixture(scope="session")
def quick_model(shared_data: Path) -> Path:
    """The same as `weights`, exported: for tests of all but the detector, in half the time."""
    return _existing(shared_data / "weights" / "yolov8n_int8_openvino_model")


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """Where the processes that run the tests leave each other what takes long to make."""
    return _SHARED


@pytest.fixture(scope="session")
def make_video(tmp_path_factory: pytest.TempPathFactory) -> MakeVideo:
    """Writes a small clip whose pictures say their own index; see `index_in`."""

    def make(
        name: str = "clip.mp4",
        frames: int = 24,
        *,
        folder: Path | None = None,
        rate: int = 25,
        gop: int = 12,
        b_frames: int = 0,
        codec: str = "libx264",
        pts: Sequence[int] | None = None,
        size: tuple[int, int] = (CLIP_WIDTH, CLIP_HEIGHT),
    ) -> Path:
        path = (folder or tmp_path_factory.mktemp("video")) / name
        options = {"g": str(gop), "bf": str(b_frames)}
        if codec == "libx264":
            options |= {"x264-params": "scenecut=0:b-adapt=0", "preset": "ultrafast"}
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=rate, options=options)
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            for index in range(frames):
                frame = av.VideoFrame.from_ndarray(indexed_picture(index), format="bgr24")
                if size != (CLIP_WIDTH, CLIP_HEIGHT):
                    frame = frame.reformat(*size)
                frame.pts = index if pts is None else pts[index]
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return make


def indexed_picture(index: int) -> Picture:
    """A picture that shows `index` as binary blocks, and their negative below."""
    bits = [index >> bit & 1 for bit in range(INDEX_BITS)]
    row = np.repeat(np.array(bits, np.uint8) * 255, _BLOCK)
    half = np.broadcast_to(row, (CLIP_HEIGHT // 2, CLIP_WIDTH))
    return np.repeat(np.vstack([half, 255 - half])[:, :, np.newaxis], 3, axis=2)


@pytest.fixture(scope="session")
def index_in() -> Callable[[Picture], int]:
    """Reads back the index that a picture of `make_video` shows."""
    return _index_in


def _index_in(picture: Picture) -> int:
    assert picture.shape == (CLIP_HEIGHT, CLIP_WIDTH, 3)
    blocks = picture.reshape(2, CLIP_HEIGHT // 2, INDEX_BITS, _BLOCK, 3).mean(axis=(1, 3, 4)) > 127
    assert (blocks[0] != blocks[1]).all(), "the picture is no clean frame of make_video"
    return sum(1 << bit for bit, lit in enumerate(blocks[0]) if lit)


def index_at_any_size(picture: Picture) -> int:
    """Reads back the index that a scaled, upright picture of `make_video` shows."""
    height, width = picture.shape[:2]
    places = ((np.arange(INDEX_BITS) + 0.5) * width / INDEX_BITS).astype(int)
    upper, lower = (picture[height * row // 8, places].mean(axis=1) > 127 for row in (2, 6))
    assert (upper != lower).all(), "the picture is no clean frame of make_video"
    return sum(1 << bit for bit, lit in enumerate(upper) if lit)


@pytest.fixture(scope="session")
def regular_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file where a folder should be: nothing can be written below it, not even by root."""
    path = tmp_path_factory.mktemp("blocked") / "file"
    path.write_text("not a folder")
    return path


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer without a network: every proxy and name is a dead end."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, DEAD_PROXY)
        monkeypatch.setenv(name.upper(), DEAD_PROXY)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    # Made by the first request of a process, with the proxies of that moment.
    monkeypatch.setattr(urllib.request, "_opener", None)


def _existing(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"{path} is missing; set {DATA_VARIABLE}")
    return path
