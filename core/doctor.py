"""What works on this computer, and the mend for what does not."""

import importlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from core.cloud.lightly import server
from core.cloud.token import token_source
from core.demo import demo_video
from core.detectors.base import DEFAULT_MODEL
from core.detectors.weights import quiet_ultralytics
from core.paths import default_project_dir, models_dir

_SCARCE_BYTES = 2 << 30


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    name: str
    works: bool
    says: str
    """What was found; for what does not work, also the mend."""


Check = Callable[[], str]
"""Gives what it found, or raises an exception whose text says what is wrong and what to do."""


def examine(name: str, check: Check) -> Finding:
    """Run one check; whatever it raises is its finding."""
    try:
        return Finding(name, True, check())
    except Exception as error:
        # A doctor that dies of the illness helps nobody.
        return Finding(name, False, str(error) or type(error).__name__)


def core_checks() -> dict[str, Check]:
    """What every installation needs, by name."""
    return {
        "decoder": _decoder,
        "detector": _torch,
        "openvino": lambda: _optional("openvino"),
        "onnx": lambda: _optional("onnxruntime"),
        "aws": _aws,
        "lightly": _lightly,
        "models": _models,
        "projects": lambda: _writable(default_project_dir(Path("x")).parent),
    }


def _decoder() -> str:
    import av

    from core.video.reader import VideoReader

    with VideoReader(demo_video()) as reader:
        reader.frame_at(len(reader) - 1)
        rate = float(Fraction(reader.info.rate))
        return f"PyAV {av.__version__} reads the demo clip ({len(reader)} frames, {rate:g} fps)"


def _torch() -> str:
    quiet_ultralytics()
    import torch
    import torchvision
    import ultralytics

    # A torch and a torchvision of different builds import, and fail at the first use.
    torchvision.ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
    device = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "CPU"
    return f"torch {torch.__version__} on {device}, ultralytics {ultralytics.__version__}"


def _optional(module: str) -> str:
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError:
        extra = "onnx" if module.startswith("onnx") else module
        return (
            f"not installed; optional, for models of that kind: pip install flickerscope[{extra}]"
        )
    return f"{module} {found.__version__}"


def _aws() -> str:
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        session = boto3.Session()
        found = session.get_credentials()
    except BotoCoreError as error:
        raise OSError(f"the AWS configuration cannot be used: {error}") from None
    if found is None:
        return "no credentials; for uploading, run aws configure or aws sso login"
    return f"credentials from {found.method}, region {session.region_name or 'not set'}"


def _lightly() -> str:
    source = token_source()
    if source is None:
        return "no token; for scheduling, run flickerscope lightly token"
    return f"token from the {source}, server {server()}"


def _models() -> str:
    names = sorted(path.name for path in models_dir().glob("*.pt"))
    known = ", ".join(names) or f"none yet; {DEFAULT_MODEL} is downloaded when first used"
    return f"{models_dir()}: {known}"


def _writable(folder: Path) -> str:
    with TemporaryDirectory(dir=folder):
        free = shutil.disk_usage(folder).free
    if free < _SCARCE_BYTES:
        raise OSError(f"only {free >> 20} MiB free in {folder}: free some disk space")
    return f"{folder}, {free / 2**30:.0f} GiB free"
