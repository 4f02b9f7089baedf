"""What is asked of Lightly, checked before anything is sent."""

from dataclasses import replace
from math import inf, nan

import pytest

from core.cloud.lightly import library
from core.cloud.selection import SelectionRequest, selection_config
from tests.core.lightly_runs import sentence

NAMES = ("car", "person")
ALL = SelectionRequest(
    proportion=0.25,
    diversity=0.5,
    uncertainty=2.0,
    flickering=3.0,
    balance=(("car", 0.7), ("person", 0.3)),
    balance_strength=4.0,
    threshold=0.5,
)


def test_the_tutorials_strategies_are_the_standard() -> None:
    assert selection_config(SelectionRequest(n_samples=10), 100, NAMES) == {
        "n_samples": 10,
        "strategies": [
            {
                "input": {"type": "EMBEDDINGS", "task": "yolov8_detection"},
                "strategy": {"type": "DIVERSITY", "strength": 1.0},
            },
            {
                "input": {
                    "type": "SCORES",
                    "task": "yolov8_detection",
                    "score": "objectness_least_confidence",
                },
                "strategy": {"type": "WEIGHTS", "strength": 1.0},
            },
            {
                "input": {"type": "METADATA", "key": "flickering"},
                "strategy": {"type": "WEIGHTS", "strength": 1.0},
            },
        ],
    }


def test_all_of_it_passes_lightlys_own_models() -> None:
    config = selection_config(ALL, 100, NAMES)
    assert config["proportion_samples"] == 0.25
    assert config["strategies"][3:] == [
        {
            "input": {
                "type": "PREDICTIONS",
                "task": "yolov8_detection",
                "name": "CLASS_DISTRIBUTION",
            },
            "strategy": {
                "type": "BALANCE",
                "strength": 4.0,
                "target": {"car": 0.7, "person": 0.3},
            },
        },
        {
            "input": {"type": "METADATA", "key": "flickering"},
            "strategy": {"type": "THRESHOLD", "threshold": 0.5, "operation": "BIGGER_EQUAL"},
        },
    ]
    model = library().api_workflow_compute_worker.selection_config_from_dict(config)
    assert [entry.strategy.strength for entry in model.strategies] == [0.5, 2.0, 3.0, 4.0, None]


@pytest.mark.parametrize("name", ["diversity", "uncertainty", "flickering"])
def test_each_strategy_can_be_switched_off(name: str) -> None:
    request = replace(SelectionRequest(n_samples=1), **{name: None})
    kinds = [entry["input"]["type"] for entry in selection_config(request, 1, NAMES)["strategies"]]
    assert len(kinds) == 2
    assert {"diversity": "EMBEDDINGS", "uncertainty": "SCORES", "flickering": "METADATA"}[
        name
    ] not in kinds


def test_what_is_not_known_is_not_checked() -> None:
    config = selection_config(replace(ALL, proportion=None, n_samples=10**6), None, None)
    assert config["n_samples"] == 10**6


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"n_samples": 3}, "either a number of frames or a share"),
        ({"proportion": None}, "either a number of frames or a share"),
        ({"proportion": None, "n_samples": 0}, "0 frames cannot be selected: choose from 1 to 100"),
        ({"proportion": None, "n_samples": 101}, "101 frames"),
        ({"proportion": 0.0}, "share of frames to select is 0:"),
        ({"proportion": 1.5}, "share of frames to select is 1.5:"),
        ({"proportion": nan}, "share of frames to select is nan:"),
        ({"diversity": 0.0}, "strength of diversity is 0:"),
        ({"uncertainty": inf}, "strength of uncertainty is inf:"),
        ({"flickering": nan}, "strength of flickering is nan:"),
        ({"balance_strength": 2e9}, "strength of balance is 2e+09:"),
        ({"balance": (("cat", 0.5),)}, "no class 'cat': choose from car, person"),
        ({"balance": (("car", 0.0),)}, "share of 'car' is 0:"),
        ({"balance": (("car", nan),)}, "share of 'car' is nan:"),
        ({"balance": (("car", 0.6), ("person", 0.6))}, "are 1.2 together"),
        ({"balance": (("car", 0.2), ("car", 0.2))}, "'car' is balanced twice"),
        ({"threshold": nan}, "threshold on flickering is nan:"),
        ({"threshold": 2.0}, "threshold on flickering is 2:"),
        (
            {"diversity": None, "uncertainty": None, "flickering": None, "balance": ()},
            "No strategy is switched on",
        ),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, object], says: str) -> None:
    request = replace(ALL, **changes)  # type: ignore[arg-type]
    assert says in sentence(lambda: selection_config(request, 100, NAMES))
