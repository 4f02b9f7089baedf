"""`flickerscope embed`: what it says, and its sentences."""

from pathlib import Path

import pytest
import torch

from tests.cli.conftest import SMALL_COUNT, Flickerscope


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A model that gives a picture its mean colour."""
    path = tmp_path / "colour.torchscript"
    network = torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())
    torch.jit.trace(network, torch.ones(1, 3, 9, 9)).save(str(path))
    return path


def test_a_project_is_embedded(
    flickerscope: Flickerscope, small_project: Path, script: Path
) -> None:
    answer = flickerscope("embed", small_project, "--model", script, "--json")
    assert answer.json == {
        "project": str(small_project),
        "model": "colour",
        "frames": SMALL_COUNT,
        "dimensions": 3,
        "objects": 0,
    }


def test_without_a_model_the_runs_own_detector_is_asked_for(
    flickerscope: Flickerscope, small_project: Path
) -> None:
    answer = flickerscope("embed", small_project)
    assert "There is no model paper.pt: give a model of torchvision" in answer.sentence


def test_what_is_no_project_is_a_sentence(flickerscope: Flickerscope, tmp_path: Path) -> None:
    assert "is not a Flickerscope project" in flickerscope("embed", tmp_path).sentence
