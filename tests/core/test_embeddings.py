"""Embedding a run once more with another model."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision.models import get_model

from core.demo import demo_config
from core.detections import empty_frame
from core.detectors.base import DetectorConfig, Sampling
from core.embeddings.embed import embed, embed_request
from core.embeddings.embeddings import Embeddings
from core.embeddings.models import load_embedding_model
from core.embeddings.store import load_embeddings
from core.errors import Cancelled, DetectorError, ProjectError
from core.imported_runs import IMPORTED
from core.pipeline import current_run, process
from core.project import Project
from core.video import VideoReader
from tests.conftest import MakeVideo
from tests.core.making import flickering_frames, stream_of

COUNT = 20
NAME = "mobilenet_v3_small"
SIZE = 160, 96


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of a small model that knows nothing, but keeps its numbers within bounds."""
    torch.manual_seed(0)
    network = get_model(NAME, weights=None, num_classes=7)
    for layer in network.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.momentum = 1.0
    network(torch.rand(4, 3, 96, 96))
    path = tmp_path_factory.mktemp("weights") / "small.pth"
    torch.save(network.state_dict(), path)
    return path


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that gives each third of a picture its mean colour."""
    path = tmp_path_factory.mktemp("script") / "thirds.torchscript"
    network = torch.nn.AdaptiveAvgPool2d((1, 3))
    torch.jit.trace(torch.nn.Sequential(network, torch.nn.Flatten()), torch.ones(1, 3, 9, 9)).save(
        str(path)
    )
    return path


@pytest.fixture(scope="module")
def video(make_video: MakeVideo) -> Path:
    return make_video(frames=COUNT)


@pytest.fixture
def reader(video: Path) -> Iterator[VideoReader]:
    with VideoReader(video) as reader:
        yield reader


def project_with(reader: VideoReader, folder: Path, config: DetectorConfig) -> Project:
    """A project whose run has boxes and no embeddings."""
    project = Project.create(folder / "p.flickerscope", reader.info)
    looked_at = config.sampling.frames(COUNT)
    frames = [
        frame if place in looked_at else empty_frame()
        for place, frame in enumerate(flickering_frames(COUNT, (4, 9)))
    ]
    process(project, reader.index, config, stream=stream_of(frames))
    return project


@pytest.fixture
def project(reader: VideoReader, tmp_path: Path) -> Iterator[Project]:
    made = project_with(reader, tmp_path, demo_config())
    yield made
    made.close()


def kept(project: Project) -> Embeddings | None:
    run, detections = current_run(project)
    return load_embeddings(project.run_file(run.id), detections)


def test_a_model_of_torchvision_with_weights_from_a_file(
    project: Project, reader: VideoReader, state: Path
) -> None:
    told: list[tuple[int, int]] = []
    found = embed(project, reader, f"{NAME}={state}", on_progress=lambda *step: told.append(step))
    assert found.source == f"{NAME} (small.pth)"
    assert (found.frames.dtype, found.frames.shape) == (np.float16, (COUNT, 1024))
    assert np.any(found.frames, axis=1).all()
    assert found.objects is None
    assert told == [(8, COUNT), (16, COUNT), (COUNT, COUNT)]


def test_a_torch_script_file_sees_whole_pictures(
    project: Project, reader: VideoReader, script: Path
) -> None:
    found = embed(project, reader, str(script))
    assert (found.source, found.frames.shape) == ("thirds", (COUNT, 9))
    # Frame 1 differs from frame 0 in its first block alone.
    changed = found.frames[0] != found.frames[1]
    assert changed.reshape(3, 3)[:, 1:].sum() == 0


def test_a_detectors_backbone_sees_frames_and_the_boxes_of_the_run(
    project: Project, reader: VideoReader, script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Exporting to OpenVINO takes seconds.
    monkeypatch.setattr("core.detectors.loading.missing_package", lambda backend: "openvino")
    embed(project, reader, str(script))
    found = embed(project, reader)
    _, detections = current_run(project)
    assert found.source == "detector backbone"
    assert found.frames.shape == (COUNT, 64)
    assert found.objects is not None
    assert found.objects.shape == (len(detections), 64)
    assert np.any(found.objects, axis=1).all()
    newest = kept(project)
    assert newest is not None
    assert newest.source == found.source


def test_frames_that_the_run_does_not_look_at_are_zeros(
    reader: VideoReader, tmp_path: Path, script: Path
) -> None:
    sampling = Sampling(start=3, stop=15, every=4)
    project = project_with(reader, tmp_path, replace(demo_config(), sampling=sampling))
    found = embed(project, reader, str(script))
    project.close()
    assert np.flatnonzero(np.any(found.frames, axis=1)).tolist() == [3, 7, 11]
    assert len(found.frames) == sampling.end(COUNT)


def test_boxes_that_were_imported_need_a_model_of_their_own(
    reader: VideoReader, tmp_path: Path, script: Path
) -> None:
    project = project_with(reader, tmp_path, DetectorConfig("det.txt", detector=IMPORTED))
    with pytest.raises(DetectorError, match=r"come from paper, .*: give a model, such as resnet18"):
        embed(project, reader)
    assert embed(project, reader, str(script)).frames.shape == (COUNT, 9)
    project.close()


def test_what_was_there_outlives_a_pass_that_is_cancelled_or_fails(
    project: Project, reader: VideoReader, state: Path, script: Path
) -> None:
    before = np.array(embed(project, reader, str(script)).frames)
    files = sorted(embed_request(project, reader.index, "x").run_file.parent.iterdir())
    with pytest.raises(Cancelled):
        embed(project, reader, f"{NAME}={state}", cancelled=lambda: True)
    with pytest.raises(DetectorError):
        embed(project, reader, "no such model")
    assert sorted(files[0].parent.iterdir()) == files
    after = kept(project)
    assert after is not None
    assert np.array_equal(after.frames, before)


def test_a_pass_that_was_killed_leaves_nothing_that_is_used(
    project: Project, reader: VideoReader, script: Path
) -> None:
    embed(project, reader, str(script))
    run_file = embed_request(project, reader.index, "x").run_file
    os.truncate(run_file.with_suffix(".model.frames.f16"), 50)
    assert kept(project) is None
    assert embed(project, reader, str(script)).frames.shape == (COUNT, 9)


def test_a_project_without_a_run_is_a_sentence(reader: VideoReader, tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p.flickerscope", reader.info)
    with pytest.raises(ProjectError, match="has no run yet"):
        embed(project, reader, "resnet18")
    project.close()


def test_without_a_network_published_weights_are_a_sentence(no_network: None) -> None:
    with pytest.raises(
        DetectorError,
        match=r"weights of resnet18 are not on this computer .*: connect .* resnet18=FILE",
    ):
        load_embedding_model("resnet18", SIZE)


def test_weights_of_another_model_are_a_sentence(state: Path) -> None:
    with pytest.raises(DetectorError, match=r"resnet18 \(small.pth\) does not have the weights"):
        load_embedding_model(f"resnet18={state}", SIZE)


class Shout:
    """Runs code when it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("shouted",)


def test_weights_that_would_run_code_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"fc.weight": Shout()}, tmp_path / "bad.pth")
    with pytest.raises(DetectorError, match="cannot be read"):
        load_embedding_model("resnet18=bad.pth", SIZE)
    assert not Path("shouted").exists()


@pytest.mark.parametrize("model", ["resnet19", "resnet19=x.pth", "no/such/file.pt"])
def test_what_is_no_model_is_a_sentence(model: str) -> None:
    with pytest.raises(DetectorError, match=r"There is no model .*: give a model of torchvision"):
        load_embedding_model(model, SIZE)
