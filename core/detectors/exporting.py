"""Models in the form that a backend runs, exported once by ultralytics and kept."""

import logging
import shutil
import warnings
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from filelock import FileLock

from core.detectors.base import Preparing, Say, backend_name
from core.detectors.weights import first_line
from core.errors import DetectorError
from core.paths import models_dir

log = logging.getLogger(__name__)

Exportable = Literal["onnx", "openvino", "tensorrt"]

_FORMATS: dict[Exportable, str] = {
    "onnx": "onnx",
    "openvino": "openvino",
    "tensorrt": "engine",
}
"""As ultralytics calls them."""
_NEEDS: dict[Exportable, tuple[str, ...]] = {
    "onnx": ("onnx", "onnxruntime"),
    "openvino": ("openvino",),
    "tensorrt": ("tensorrt",),
}


def missing_package(backend: Exportable) -> str | None:
    """The first package that a backend needs and that is not installed."""
    return next((name for name in _NEEDS[backend] if not _is_installed(name)), None)


def not_installed(what: str, package: str) -> DetectorError:
    """The sentence for a package that is missing."""
    extra = {"onnxruntime": "onnx", "onnx": "onnx", "openvino": "openvino"}.get(package)
    wanted = f'"flickerscope[{extra}]"' if extra else package
    return DetectorError(
        f"{what} needs the package {package}, which is not installed",
        mend=f"run: pip install {wanted}",
    )


def exported(
    weights: Path, digest: str, backend: Exportable, shape: tuple[int, int], say: Say
) -> Path:
    """The model for a backend at full precision and one input shape.

    It is exported on the first call and kept by the hash of the weights and the versions of what
    exports it; a second process that wants the same waits for the first.

    Args:
        weights: A .pt file.
        digest: Its SHA-256.
        backend: What is to run it.
        shape: Height and width of the network's input, px.
        say: Told before a long export.

    Raises:
        DetectorError: The backend is not installed, or the export failed.
    """
    missing = missing_package(backend)
    if missing is not None:
        raise not_installed(backend_name(backend), missing)
    folder = models_dir() / "exported"
    folder.mkdir(exist_ok=True)
    kept = folder / f"{weights.stem[:40]}-{shape[0]}x{shape[1]}-{_key(digest, backend)}"
    name = backend_name(backend)
    with FileLock(f"{kept}.lock"):
        if not kept.exists():
            say(Preparing(f"Preparing {weights.stem} for {name}, once"))
            try:
                _export(weights, backend, shape, kept)
            except DetectorError:
                raise
            except Exception as error:
                # The exporter and what it calls raise anything at all.
                log.info("the export failed", exc_info=True)
                raise DetectorError(
                    f"{weights.name} cannot be exported to {name} ({first_line(error)})",
                    mend="choose the backend torch",
                ) from error
    return next(kept.iterdir())


def _export(weights: Path, backend: Exportable, shape: tuple[int, int], kept: Path) -> None:
    from ultralytics import YOLO

    with TemporaryDirectory(dir=kept.parent, ignore_cleanup_errors=True) as scratch:
        # The exporter writes beside the weights, where nothing of ours belongs.
        model = shutil.copy(weights, scratch)
        log.info("exporting %s to %s at %dx%d", weights, backend, *shape)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of torch's tracer, about code that is ultralytics'
            made = YOLO(model).export(
                format=_FORMATS[backend],
                imgsz=list(shape),
                device=0 if backend == "tensorrt" else "cpu",
                verbose=False,
                # Without it nothing but onnx is needed.
                **({"simplify": False} if backend == "onnx" else {}),
            )
        result = Path(scratch) / "model"
        result.mkdir()
        # Named as ultralytics wants it: ..._openvino_model, .onnx, .engine.
        shutil.move(made.rstrip("/"), result)
        result.rename(kept)


def _key(digest: str, backend: Exportable) -> str:
    packages = ("ultralytics", *_NEEDS[backend])
    made_by = [f"{name} {version(name)}" for name in packages]
    return sha256("\n".join([digest, backend, *made_by]).encode()).hexdigest()[:16]


def _is_installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return find_spec(package) is not None
