"""Find a detector's weights: a local file or folder, or a known name to download once."""

import os
import re
from hashlib import sha256
from pathlib import Path

from core.detectors.base import Backend, DetectorConfig
from core.errors import DetectorError
from core.paths import models_dir, vendor_dir

_KNOWN_NAME = re.compile(r"(yolov8|yolo11)[a-z](-[a-z0-9]+)?\.pt")
_SUFFIXES: dict[str, Backend] = {".pt": "torch", ".onnx": "onnx", ".engine": "tensorrt"}


def quiet_ultralytics() -> None:
    """Keep ultralytics in our folders, silent, and off the network; call before importing it."""
    os.environ.setdefault("YOLO_CONFIG_DIR", str(vendor_dir()))
    os.environ.setdefault("YOLO_VERBOSE", "false")
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    os.environ.setdefault("YOLO_OFFLINE", "true")


_stand_ins: dict[str, Path] = {}


def stand_in(model: str, path: Path) -> None:
    """In this process, find the weights that `model` names at `path`.

    For a computer that has them elsewhere than the one on which a person named them.
    """
    _stand_ins[model] = path


def locate(config: DetectorConfig) -> tuple[Path, Backend]:
    """Path of the weights and the backend that runs them; downloads a known name if needed.

    Raises:
        DetectorError: There is no such file, no such name, or no network to fetch it.
    """
    path = _stand_ins.get(config.model) or Path(config.model).expanduser()
    if path.is_dir():
        return path, _openvino(path)
    if path.is_file():
        if path.suffix not in _SUFFIXES:
            raise DetectorError(
                f"{path.name} is not a detector that can be loaded",
                mend="choose a .pt, .onnx or .engine file, or an OpenVINO folder",
            )
        return path, _SUFFIXES[path.suffix]
    return _named(config.model), "torch"


def digest(path: Path) -> str:
    """SHA-256 of a weights file, or of all files of a folder in the order of their names."""
    total = sha256()
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                total.update(block)
    return total.hexdigest()


def first_line(error: BaseException) -> str:
    """What an error of ultralytics or torch says, short enough for a sentence around it."""
    text = str(error).strip() or type(error).__name__
    # ultralytics begins with "ERROR" and a sign.
    return re.sub(r"^(ERROR)?[^\w/'\"]*", "", text.splitlines()[0])[:200].rstrip(".")


def _openvino(folder: Path) -> Backend:
    if not any(folder.glob("*.xml")):
        raise DetectorError(
            f"The folder {folder} holds no OpenVINO model (no .xml file)",
            mend="choose a folder that ultralytics exported, or a .pt or .onnx file",
        )
    return "openvino"


def _named(name: str) -> Path:
    file_name = name if name.endswith(".pt") else f"{name}.pt"
    cached = models_dir() / file_name
    if cached.is_file():
        return cached
    if not _KNOWN_NAME.fullmatch(file_name):
        raise DetectorError(
            f"There are no weights at {name}",
            mend="give a .pt or .onnx file, an OpenVINO folder, or a name such as yolov8n.pt",
        )
    return _download(cached)


def _download(target: Path) -> Path:
    quiet_ultralytics()
    from ultralytics.utils.downloads import GITHUB_ASSETS_NAMES, attempt_download_asset

    if target.name not in GITHUB_ASSETS_NAMES:
        raise DetectorError(
            f"There is no published model named {target.name}",
            mend="use yolov8n.pt, yolov8s.pt, yolov8m.pt, yolov8l.pt or yolov8x.pt",
        )
    offline = os.environ.pop("YOLO_OFFLINE", None)
    try:
        attempt_download_asset(target, retry=1, progress=False)
    except (OSError, MemoryError) as error:
        raise DetectorError(
            f"{target.name} is not on this computer and cannot be downloaded ({first_line(error)})",
            mend=f"connect to a network, or put the file into {target.parent}",
        ) from error
    finally:
        if offline is not None:
            os.environ["YOLO_OFFLINE"] = offline
    return target
