"""The sample in every format."""

import pytest

from tests.conftest import MakeVideo
from tests.formats.exports import Exports
from tests.formats.sample import FRAMES, videos_of


@pytest.fixture(scope="session")
def exports(make_video: MakeVideo, tmp_path_factory: pytest.TempPathFactory) -> Exports:
    """Two videos of one name from different folders, written in every format that is asked for."""
    videos = videos_of([make_video("clip.mp4", FRAMES) for _ in range(2)])
    return Exports(tmp_path_factory.mktemp("exports"), videos)
