"""What a person sees while a batch runs, and at its end."""

from io import StringIO

import pytest
from rich.console import Console

from core.batch.result import BatchResult
from core.batch.steps import Item, Outcome, Told
from core.batch.videos import Unreadable
from core.cli.batch_report import print_result
from core.cli.board import Bars, Lines

REASON = "It is no video: open another one."


def item(number: int) -> Item:
    return Item(f"{number:016}", f"north/cam{number}", f"/v/north/cam{number}.mp4", 1000)


def done(number: int, flagged: int = 5) -> Outcome:
    counts = {
        "frames": 1500, "detections": 9000, "flagged_frames": flagged, "imputed_boxes": 7,
        "selected": 4, "exported": 3, "prelabels": 12,
    }  # fmt: skip
    return Outcome(item(number), "done", counts=counts, seconds=41.25)


def failed(number: int) -> Outcome:
    return Outcome(item(number), "failed", REASON)


def test_without_a_terminal_each_video_has_one_line() -> None:
    said: list[str] = []
    lines = Lines(said.append)
    lines.begin([item(2), item(3)], [done(1)], 1)
    lines.told(Told("1", 4, "north/cam2", "Detecting", 3, 10, 20.0))
    lines.ended(failed(2))
    lines.ended(done(3))
    assert said == [
        "2 videos to do by 1 worker; 1 ended before",
        f"[2/3] north/cam2: failed: {REASON}",
        "[3/3] north/cam3: 1,500 frames, 5 flagged, 3 exported, 41.2 s",
    ]


def test_on_a_terminal_there_is_a_line_for_each_worker_and_failures_stay() -> None:
    out = StringIO()
    bars = Bars(
        Console(file=out, force_terminal=True, color_system=None, width=120, highlight=False)
    )
    bars.begin([item(1), item(2)], [], 2)
    bars.told(Told("1", 4, "north/cam1", "Detecting", 5, 10, 20.0))
    bars.told(Told("2", 5, "north/" + "long" * 20, "Exporting", 1, 4))
    bars.ended(failed(1))
    bars.told(Told("1", 0, ""))
    bars.close()
    shown = out.getvalue()
    assert "2 videos to do by 2 workers" in shown
    assert f"north/cam1: failed: {REASON}" in shown
    assert "1 of 2 videos" in shown
    assert "50 %" in shown
    assert f"…{('long' * 8)[-31:]}" in shown
    assert "long" * 20 not in shown


def test_of_many_videos_those_are_listed_that_flicker_most(
    capsys: pytest.CaptureFixture[str],
) -> None:
    outcomes = (*(done(number, flagged=number) for number in range(1, 31)), failed(99))
    copies = {outcomes[0].item.key: ("/v/copy.mp4",)}
    unreadable = (Unreadable("/v/x.mp4", "/v/x.mp4 is empty (0 bytes)."),)
    print_result(BatchResult(outcomes, 12.0, 31, copies, unreadable), "/out")
    said = capsys.readouterr().out
    assert "The 10 videos of 30 that flicker most" in said
    assert "north/cam30 " in said
    assert "north/cam20 " not in said
    assert f"{30 * 1500:,}" in said
    assert f"/v/north/cam99.mp4: {REASON}" in said
    assert "/v/copy.mp4 is /v/north/cam1.mp4" in said
    assert "is empty (0 bytes)" in said
    assert "--retry-failed" in said


def test_a_batch_that_went_well_needs_no_hint(capsys: pytest.CaptureFixture[str]) -> None:
    print_result(BatchResult((done(1), done(2)), 12.0, 2, {}), "/out")
    said = capsys.readouterr().out
    assert "together" in said
    assert "Failed" not in said
    assert "--retry-failed" not in said
