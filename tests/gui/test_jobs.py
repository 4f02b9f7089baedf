"""Background work ends exactly once, in the window's thread, whatever becomes of it."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QThread
from pytestqt.qtbot import QtBot

from core.errors import Cancelled
from gui.jobs import IsCancelled, Job, Report, Work


def events_of(job: Job[object]) -> list[tuple[str, object]]:
    """What the job says from now on, in order."""
    events: list[tuple[str, object]] = []
    job.progressed.connect(lambda report: events.append(("progressed", report)))
    job.succeeded.connect(lambda result: events.append(("succeeded", result)))
    job.failed.connect(lambda error: events.append(("failed", error)))
    job.cancelled.connect(lambda: events.append(("cancelled", None)))
    job.finished.connect(lambda: events.append(("finished", None)))
    return events


def run(qtbot: QtBot, work: Work[object]) -> list[tuple[str, object]]:
    job: Job[object] = Job(work)
    events = events_of(job)
    with qtbot.waitSignal(job.finished):
        job.start()
    QCoreApplication.processEvents()
    return events


def until_cancelled(report: Report, cancelled: IsCancelled) -> object:
    report("begun")
    while not cancelled():
        QThread.msleep(1)
    raise Cancelled


def raising(error: BaseException) -> Work[object]:
    def work(report: Report, cancelled: IsCancelled) -> object:
        raise error

    return work


def test_work_that_returns_succeeds_with_its_result_and_then_finishes(qtbot: QtBot) -> None:
    result = object()
    assert run(qtbot, lambda report, cancelled: result) == [
        ("succeeded", result),
        ("finished", None),
    ]


@pytest.mark.parametrize("error", [ValueError("seven"), SystemExit(3), KeyboardInterrupt()])
def test_an_exception_in_the_work_fails_the_job_and_ends_its_thread(
    qtbot: QtBot, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        assert run(qtbot, raising(error)) == [("failed", error), ("finished", None)]
    assert caplog.records[0].exc_info[1] is error  # type: ignore[index]


def test_work_that_says_it_was_cancelled_is_cancelled_without_a_failure(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    assert run(qtbot, raising(Cancelled())) == [("cancelled", None), ("finished", None)]
    assert not caplog.records


def test_reports_come_in_their_order_and_before_the_end(qtbot: QtBot) -> None:
    def work(report: Report, cancelled: IsCancelled) -> object:
        for number in range(2000):
            report(number)
        return True

    events = run(qtbot, work)
    assert [name for name, _ in events[2000:]] == ["succeeded", "finished"]
    assert [report for _, report in events[:2000]] == list(range(2000))


def test_the_work_has_a_thread_of_its_own_and_lambdas_hear_of_it_in_the_windows(
    qtbot: QtBot,
) -> None:
    worked_in: list[QThread] = []
    heard_in: list[tuple[str, QThread]] = []

    def work(report: Report, cancelled: IsCancelled) -> object:
        worked_in.append(QThread.currentThread())
        report(1)
        return None

    def hear(name: str) -> Callable[..., None]:
        return lambda *_: heard_in.append((name, QThread.currentThread()))

    job: Job[object] = Job(work)
    for name in ("progressed", "succeeded", "finished"):
        getattr(job, name).connect(hear(name))
    with qtbot.waitSignal(job.finished):
        job.start()
    main = QCoreApplication.instance().thread()
    assert worked_in != [main]
    assert heard_in == [("progressed", main), ("succeeded", main), ("finished", main)]


def test_a_failure_is_heard_in_the_windows_thread(qtbot: QtBot) -> None:
    heard_in: list[QThread] = []
    job: Job[object] = Job(raising(OSError("gone")))
    job.failed.connect(lambda error: heard_in.append(QThread.currentThread()))
    with qtbot.waitSignal(job.finished):
        job.start()
    assert heard_in == [QCoreApplication.instance().thread()]


def test_cancelling_stops_work_that_looks_for_it(qtbot: QtBot) -> None:
    job: Job[object] = Job(until_cancelled)
    events = events_of(job)
    job.start()
    qtbot.waitUntil(lambda: bool(events))
    with qtbot.waitSignal(job.finished):
        job.cancel()
    assert events == [("progressed", "begun"), ("cancelled", None), ("finished", None)]


def test_cancelling_at_once_after_the_start_is_not_lost(qtbot: QtBot) -> None:
    for _ in range(50):
        job: Job[object] = Job(until_cancelled)
        with qtbot.waitSignal(job.cancelled):
            job.start()
            job.cancel()


def test_work_that_does_not_look_for_it_succeeds_in_spite_of_a_cancel(qtbot: QtBot) -> None:
    job: Job[object] = Job(lambda report, cancelled: "done")
    events = events_of(job)
    with qtbot.waitSignal(job.finished):
        job.start()
        job.cancel()
    assert events == [("succeeded", "done"), ("finished", None)]


def test_waiting_returns_after_the_work_and_its_signals_come_with_the_next_events(
    qtbot: QtBot,
) -> None:
    ended: list[bool] = []

    def work(report: Report, cancelled: IsCancelled) -> object:
        QThread.msleep(30)
        ended.append(True)
        return "done"

    job: Job[object] = Job(work)
    events = events_of(job)
    job.start()
    job.wait()
    assert ended == [True]
    assert events == []
    QCoreApplication.processEvents()
    assert events == [("succeeded", "done"), ("finished", None)]
