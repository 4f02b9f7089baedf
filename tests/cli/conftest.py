"""The command line, run in this process, and the projects it made."""

import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.cli import Window, run
from core.cli.detecting import CODE_WARNING
from core.detectors.base import DetectorConfig
from core.pipeline import process
from core.prelabels import Decision, Verdict
from core.project import Project, SetDecisions
from core.video import VideoReader
from tests.conftest import MakeVideo
from tests.core.making import flickering_frames, stream_of

CODE_WARNING_END = CODE_WARNING.partition("{}")[2]


@dataclass(frozen=True)
class Answer:
    """What one call of the program gave."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one line of a refusal."""
        assert self.code == 2, self
        assert self.out == ""
        (line,) = [each for each in self.err.splitlines() if not each.endswith(CODE_WARNING_END)]
        assert line.startswith("flickerscope: ")
        assert "Traceback" not in line
        return line

    @property
    def json(self) -> dict[str, object]:
        """The one JSON object on standard output."""
        assert self.code == 0, self
        (line,) = self.out.splitlines()
        found = json.loads(line)
        assert isinstance(found, dict)
        return found


Flickerscope = Callable[..., Answer]


def call(*arguments: object, window: Window | None = None) -> Answer:
    """Run the program in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([str(argument) for argument in arguments], window)
    return Answer(code, out.getvalue(), err.getvalue())


@pytest.fixture
def flickerscope() -> Flickerscope:
    """Runs the program with these arguments."""
    return call


@pytest.fixture(scope="session")
def highway_answer(
    media: Callable[[str], Path], weights: Path, tmp_path_factory: pytest.TempPathFactory
) -> Answer:
    """The shared dash-cam clip, processed by the shared weights: the suite's one long run."""
    out = tmp_path_factory.mktemp("highway")
    return call(
        "process", media("dashcam_highway.mp4"), "--model", weights, "--classes", "car",
        "--device", "cpu", "--out", out, "--json",
    )  # fmt: skip


SMALL_COUNT = 20
SMALL_MISSING = (4, 9, 15)


@pytest.fixture
def small_project(make_video: MakeVideo, tmp_path: Path) -> Path:
    """A processed project of a small clip, whose car flickers in `SMALL_MISSING`.

    The box imputed in the first of these frames is accepted, that in the second is rejected.
    """
    with VideoReader(make_video(frames=SMALL_COUNT)) as reader:
        project = Project.create(tmp_path / "small.flickerscope", reader.info)
        stream = stream_of(flickering_frames(SMALL_COUNT, SMALL_MISSING))
        found = process(project, reader.index, DetectorConfig("paper.pt"), stream=stream).findings
    accepted, rejected, _ = found.imputed
    verdicts = (Decision(accepted, Verdict.ACCEPTED), Decision(rejected, Verdict.REJECTED))
    project.apply(SetDecisions(verdicts))
    project.close()
    return project.folder
