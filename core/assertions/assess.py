"""From detections to findings: link, then ask every assertion."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.assertions.base import Assertion, Scene
from core.assertions.findings import Findings, join
from core.assertions.registry import assertions, judge
from core.assertions.tutorial import scores_of
from core.detections import Detections
from core.tracks.linking import link


def assess(
    detections: Detections,
    class_names: tuple[str, ...],
    size: tuple[int, int],
    seconds: NDArray[np.float64],
    *,
    min_score: float = 0.0,
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
    tracks = link(detections)
    seconds = seconds[: detections.frame_count]
    scene = Scene(detections, class_names, size, seconds, tracks, min_score)
    rules = assertions() if rules is None else rules
    return join(
        {kind: judge(kind, rule, scene) for kind, rule in rules.items()},
        class_names,
        seconds,
        detections.score,
        scores_of(detections),
    )
