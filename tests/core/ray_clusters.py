"""A Ray cluster whose nodes are all on this computer, and clips to try it with."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from fractions import Fraction
from pathlib import Path

import av
import pytest
from ray.cluster_utils import Cluster

from core.batch.engines import EngineChoice, make_engine
from core.batch.result import BatchResult
from core.batch.runner import run_batch
from core.batch.steps import Told, Work
from tests.conftest import REPOSITORY
from tests.core.batches import listed, quiet
from tests.core.ray_detectors import ENTRY_POINTS

CLIP_FRAMES = 12
"""In each second of a clip."""
_SIZE = 320, 180


class Nodes:
    """A cluster of nodes with a core each, which share all folders but their working ones."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._temporary = tempfile.mkdtemp(prefix="fr", dir="/tmp")
        self.plugins = distribution(root / "plugins", "flickerscope-tests", "1.0", ENTRY_POINTS)
        self._cluster = Cluster()
        with self._hidden():
            self._cluster.add_node(
                num_cpus=1, include_dashboard=False, env_vars=self._environment("head")
            )
        self._cluster.add_node(num_cpus=1, env_vars=self._environment("second"))

    @property
    def address(self) -> str:
        """For `EngineChoice`."""
        return str(self._cluster.address)

    @contextmanager
    def another(self, name: str, *more: Path, gpus: int, cpus: int = 2) -> Iterator[Path]:
        """One more node as long as the block lasts, which works in a folder of its own.

        Args:
            name: Of that folder.
            more: Further folders where Python looks for packages first.
            gpus: Graphics devices that it says it has: steps for these come to this node only.
            cpus: Cores that it says it has.
        """
        folder = self._root / name
        folder.mkdir()
        with chdir(folder):
            node = self._cluster.add_node(
                num_cpus=cpus, num_gpus=gpus, env_vars=self._environment(name, *more)
            )
        try:
            yield folder
        finally:
            self._cluster.remove_node(node)

    def close(self) -> None:
        """End all nodes."""
        with self._hidden():
            self._cluster.shutdown()
        shutil.rmtree(self._temporary)

    @contextmanager
    def _hidden(self) -> Iterator[None]:
        """Where Ray notes which cluster is there: nobody is to join it by chance."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RAY_TMPDIR", self._temporary)
            yield

    def _environment(self, name: str, *more: Path) -> Mapping[str, str]:
        paths = [*more, self.plugins, REPOSITORY]
        return {
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "FLICKERSCOPE_HOME": str(self._root / f"home-{name}"),
        }


def distribution(folder: Path, name: str, version: str, entry_points: str = "") -> Path:
    """A folder in which Python finds a package installed, without any code."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(entry_points)
    return folder


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """A cluster of two nodes with a worker each."""
    made = Nodes(tmp_path_factory.mktemp("nodes"))
    yield made
    made.close()


def run_on(
    nodes: Nodes,
    work: Work,
    videos: Sequence[Path],
    on_told: Callable[[Told], None] = quiet,
    **choice: float,
) -> BatchResult:
    """A whole batch on a cluster."""
    engine = make_engine(
        EngineChoice("ray", address=nodes.address, **choice),  # type: ignore[arg-type]
        work,
        on_told,
    )
    try:
        return run_batch(listed(*videos), work, engine)
    finally:
        engine.close()


def cut_clips(source: Path, folder: Path, seconds: Sequence[int]) -> None:
    """Clips of so many seconds, one after the other, small and slow; see `CLIP_FRAMES`."""
    with av.open(str(source)) as video:
        video.streams.video[0].thread_type = "AUTO"
        frames = video.decode(video=0)
        for number, length in enumerate(seconds):
            _write_clip(frames, folder / f"{source.stem}-{number}.mp4", length * CLIP_FRAMES)


def _write_clip(frames: Iterator[av.VideoFrame], path: Path, count: int) -> None:
    """The next frames as a video with a keyframe every half a second."""
    with av.open(str(path), "w") as clip:
        options = {"preset": "ultrafast", "g": str(CLIP_FRAMES // 2), "bf": "0", "threads": "1"}
        stream = clip.add_stream("libx264", rate=CLIP_FRAMES, options=options)
        stream.width, stream.height, stream.pix_fmt = *_SIZE, "yuv420p"
        for at in range(count):
            frame = next(frames).reformat(*_SIZE, format="yuv420p")
            frame.pts, frame.time_base = at, Fraction(1, CLIP_FRAMES)
            clip.mux(stream.encode(frame))
        clip.mux(stream.encode())


def ray_processes(folder: Path) -> list[str]:
    """The command lines of processes of a cluster, by its folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # it has just ended
        if str(folder) in line:
            found.append(line)
    return found
