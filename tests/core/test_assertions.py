"""Assertions, what passes the thresholds, and rules that people install."""

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from core.assertions import registry
from core.assertions.appear import appear
from core.assertions.base import Scene, Violations, violations
from core.assertions.class_switch import class_switch
from core.assertions.imputed import ImputedBoxes
from core.assertions.multibox import multibox
from core.assertions.thresholds import Thresholds
from core.boxes import area
from core.detections import empty_detections
from core.errors import AssertionPluginError
from core.scoring import graded_scores
from tests.conftest import REPOSITORY
from tests.core.making import box
from tests.core.scenes import FPS, NAMES, findings, missed, moving, scene, video


def only(kind: str, **limits: object) -> Thresholds:
    return Thresholds(kinds=frozenset({kind}), plausibility=0.0, **limits)  # type: ignore[arg-type]


def spans_of(found: Violations) -> list[tuple[int, int]]:
    return list(zip(found.start.tolist(), found.stop.tolist(), strict=True))


def briefly(frames: range, of: int = 60) -> list:
    rows = moving(of, (300, 150), (1, 0))
    return missed(rows, *(i for i in range(of) if i not in frames))


def test_an_object_that_is_seen_for_a_moment_appears() -> None:
    lasting = moving(60)
    assert spans_of(appear(scene(video(lasting, briefly(range(20, 24)))))) == [(20, 24)]
    assert spans_of(appear(scene(video(lasting)))) == []


def test_a_life_cut_short_by_an_edge_or_the_end_of_the_video_is_no_appearing() -> None:
    passing = [*[None] * 20, *moving(5, (0, 100)), *[None] * 35]
    last = briefly(range(57, 60))
    assert spans_of(appear(scene(video(passing, last)))) == []


def test_how_short_a_life_is_is_told_in_seconds() -> None:
    found = findings(video(moving(60), briefly(range(20, 30))))
    assert len(found.within(only("appear", max_life=10 / FPS)).violations) == 1
    assert len(found.within(only("appear", max_life=9.5 / FPS)).violations) == 0


def test_a_doubtful_short_life_is_likelier_to_show_nothing() -> None:
    sure = appear(scene(video(moving(60), briefly(range(20, 24)))))
    low = [row and (*row[:4], 0.15, 0) for row in briefly(range(20, 24))]
    assert appear(scene(video(moving(60), low))).plausibility > sure.plausibility


def test_three_boxes_on_one_another_are_a_multibox_and_two_are_not() -> None:
    boxes = [moving(10, (50 + 4 * i, 100)) for i in range(3)]
    found = multibox(scene(video(*boxes)))
    assert sorted(set(found.start.tolist())) == list(range(10))
    assert (found.overlap > 0.7).all()
    assert len(multibox(scene(video(*boxes[:2])))) == 0


def test_a_chain_of_three_boxes_is_no_multibox() -> None:
    assert len(multibox(scene(video(*[moving(5, (50 + 40 * i, 100)) for i in range(3)])))) == 0


def test_the_overlap_of_a_multibox_is_a_live_threshold() -> None:
    found = findings(video(*[moving(10, (50 + 4 * i, 100)) for i in range(3)]))
    assert len(found.within(only("multibox", overlap=0.5)).violations) > 0
    assert len(found.within(only("multibox", overlap=0.95)).violations) == 0


def test_a_change_of_class_is_told_for_the_frames_that_differ() -> None:
    rows = [(*row[:5], 2 if 10 <= i < 13 else 0) for i, row in enumerate(moving(40))]
    found = class_switch(scene(video(rows)))
    assert spans_of(found) == [(10, 13)]
    assert NAMES[found.class_id[0]] == "car"
    assert found.plausibility[0] > 0.8


def test_two_changes_of_class_are_two_violations() -> None:
    rows = [(*row[:5], 2 if i in (10, 20) else 0) for i, row in enumerate(moving(40))]
    assert spans_of(class_switch(scene(video(rows)))) == [(10, 11), (20, 21)]


def test_classes_and_kinds_are_live_thresholds() -> None:
    car = missed(moving(40), 10)
    person = missed(moving(40, (300, 200), (1, 0), class_id=1), 20)
    found = findings(video(car, person))
    both = found.within(Thresholds())
    assert both.flagged.tolist() == [10, 20]
    assert found.within(Thresholds(classes=frozenset({"person"}))).flagged.tolist() == [20]
    assert found.within(Thresholds(classes=frozenset())).flagged.tolist() == []
    assert found.within(Thresholds(kinds=frozenset({"appear"}))).flagged.tolist() == []


def test_seconds_limit_gaps_too() -> None:
    found = findings(video(missed(moving(60), range(20, 25))))
    assert len(found.within(Thresholds(max_gap_seconds=5 / FPS)).violations) == 1
    assert len(found.within(Thresholds(max_gap_seconds=4.5 / FPS)).violations) == 0


def test_the_plausibility_cut_leaves_the_likelier() -> None:
    found = findings(video(missed(moving(60), 10), missed(moving(60, (300, 200)), range(20, 40))))
    everything = found.within(only("flickering"))
    cut = float(np.median(everything.violations.plausibility))
    kept = found.within(Thresholds(plausibility=cut, kinds=frozenset({"flickering"})))
    assert 0 < len(kept.violations) < len(everything.violations)
    assert (kept.missing.plausibility >= cut).all()


def test_the_rule_of_the_tutorial_is_only_shown_on_demand() -> None:
    found = findings(video(missed(moving(40, speed=(0, 0)), 10)))
    assert found.within(only("tutorial")).flagged.tolist() == [10]
    assert {found.kinds[k] for k in found.within(Thresholds()).kind} == {"flickering"}
    assert found.tutorial_scores[10] == 1.0


def test_graded_scores_are_the_chance_that_one_is_true() -> None:
    scores = graded_scores(np.array([1, 1, 3]), np.array([0.5, 0.5, 0.8], np.float32), 5)
    assert scores.tolist() == pytest.approx([0, 0.75, 0, 0.8, 0])


@pytest.mark.parametrize("frames", [0, 1, 3])
def test_a_video_in_which_nothing_is_seen_has_nothing_to_find(frames: int) -> None:
    found = findings(empty_detections(frames)).within(Thresholds())
    assert len(found.violations) == len(found.imputed) == 0
    assert found.scores.shape == found.counts.shape == (frames,)


def test_thresholds_survive_as_json() -> None:
    limits = Thresholds(max_gap=7, hidden=True, kinds=frozenset({"appear"}), classes=frozenset())
    assert Thresholds.from_json(limits.to_json()) == limits
    assert Thresholds.from_json({**limits.to_json(), "of another version": 1}) == limits


def test_boxes_decided_before_stand_among_those_found() -> None:
    found = findings(video(missed(moving(40), 10, 20))).within(Thresholds())
    own = found.imputed[0]
    other = box(15)
    both = ImputedBoxes(found.columns, [other, own])
    assert [b.frame for b in both] == [10, 15, 20]
    assert both.row_of(other) == 1
    assert both.row_of(own) == 0
    assert both.row_of(box(16)) is None
    assert both.in_frame(15) == (other,)


def big(scene: Scene) -> Violations:
    """A rule of a person's own: nothing fills more than half of the picture."""
    seen, (width, height) = scene.detections, scene.size
    rows = np.flatnonzero(area(seen.xyxy) > width * height / 2)
    return violations(seen.frame[rows], plausibility=1 - seen.score[rows])


def test_a_rule_of_ones_own_is_asked_like_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint("big", "tests.core.test_assertions:big", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry])
    registry.assertions.cache_clear()
    try:
        found = findings(video(moving(5, (10, 10), (0, 0), size=(600, 340), score=0.25)))
    finally:
        registry.assertions.cache_clear()
    assert len(found.within(only("big")).violations) == 5
    assert found.within(only("big")).violations.plausibility[0] == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("no.such.module:rule", r"“mine” .* cannot be loaded \(ModuleNotFoundError"),
        ("tests.core.test_assertions:FPS", r"“mine” failed \(TypeError"),
        ("tests.core.test_assertions:gives_a_list", r"“mine” gave list, not Violations"),
    ],
)
def test_a_rule_that_does_not_work_is_named(
    value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = EntryPoint("mine", value, registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry])
    registry.assertions.cache_clear()
    try:
        with pytest.raises(AssertionPluginError, match=says):
            findings(video(moving(5)))
    finally:
        registry.assertions.cache_clear()


def gives_a_list(scene: Scene) -> list[int]:
    return [scene.detections.frame_count]


def test_the_documented_rule_works_once_installed(tmp_path: Path) -> None:
    """Takes the example from docs/assertions.md, installs it as pip would lay it out, runs it."""
    text = (REPOSITORY / "docs" / "assertions.md").read_text()
    code = text.split("```python\n")[1].split("```")[0]
    (tmp_path / "my_rules.py").write_text(code)
    about = tmp_path / "my_rules-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: my-rules\nVersion: 1\n")
    points = text.split("```toml\n")[1].split("```")[0]
    name, target = next(line for line in points.splitlines() if "=" in line).split(" = ")
    (about / "entry_points.txt").write_text(
        f"[{registry.GROUP}]\n{name} = {target.strip(chr(34))}\n"
    )
    script = "from core.assertions.registry import assertions; print(*assertions())"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        cwd=REPOSITORY, env={"PYTHONPATH": str(tmp_path), "PATH": ""},
    )  # fmt: skip
    assert done.stdout.split()[-1] == name
