"""From detections to findings: link, then ask every assertion."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.assertions.base import Assertion, Scene
from core.assertions.findings import Findings, join
from core.assertions.registry import assertions, judge
from core.assertions.tutorial import scores_of
from core.detections import Detections
from core.tracks.linking import link
from core.tracks.segments import segments


def scene_of(
    detections: Detections,
    class_names: tuple[str, ...],
    size: tuple[int, int],
    seconds: NDArray[np.float64],
    min_score: float = -math.inf,
) -> Scene:
    """The linked scene that assertions are asked about; arguments as in `assess`."""
    seconds = seconds[: detections.frame_count]
    return Scene(detections, class_names, size, seconds, link(detections), min_score)


def assess(
    detections: Detections,
    class_names: tuple[str, ...],
    size: tuple[int, int],
    seconds: NDArray[np.float64],
    *,
    min_score: float = -math.inf,
    rules: Mapping[str, Assertion] | None = None,
) -> Findings:
    """All that is found in a run; `Findings.within` gives the part that a person wants.

    Args:
        detections: What the detector saw.
        class_names: Its classes by id.
        size: Width and height of the upright picture, px.
        seconds: (frames or more,) when each frame shows.
        min_score: Boxes with a lower score do not count as detections.
        rules: Assertions by kind; all that there are by default.

    Raises:
        AssertionPluginError: An assertion that somebody has installed does not work.
    """
    scene = scene_of(detections, class_names, size, seconds, min_score)
    return ask(scene, assertions() if rules is None else rules)


def ask(scene: Scene, rules: Mapping[str, Assertion]) -> Findings:
    """What some assertions find in a scene; see `assess`."""
    return join(
        {kind: judge(kind, rule, scene) for kind, rule in rules.items()},
        scene.class_names,
        scene.seconds,
        scene.detections.score,
        scores_of(scene.detections),
        segments(scene.detections.frame, scene.tracks.of, scene.tracks.class_id),
    )
