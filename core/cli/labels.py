"""The command that reads finished labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.options import progress, show

if TYPE_CHECKING:
    from rich.table import Table

    from core.roundtrip.comparing import RoundTrip
    from core.roundtrip.report import Tally

app = typer.Typer()

_SHOWN = (0.3, 0.5, 0.7, 0.9)
"""Plausibilities that serve as examples of what a recalibration changes."""


@app.command("labels")
def labels_command(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="A .flickerscope folder.")],
    labels: Annotated[
        Path | None,
        typer.Argument(
            metavar="LABELS",
            help="What annotators made of an export: COCO .json, CVAT .xml, YOLO folder, or a zip.",
        ),
    ] = None,
    export: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The folder or zip that was exported.")
    ] = None,
    recalibrate: Annotated[
        bool, typer.Option("--recalibrate", help="Correct the project's plausibilities by it.")
    ] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Take that back; needs no LABELS.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say which imputed boxes annotators kept, moved, relabeled or deleted."""
    from core.roundtrip.commands import compare_labels, forget_recalibration

    if forget:
        if labels is not None or recalibrate:
            raise typer.BadParameter(
                "Give it without LABELS and --recalibrate.", param_hint="--forget"
            )
        show({"project": str(project), "forgotten": forget_recalibration(project)}, as_json)
        return
    if labels is None:
        raise typer.BadParameter("Give finished labels, or --forget.", param_hint="LABELS")
    with progress(as_json) as report:
        found = compare_labels(project, labels, report, export=export, recalibrate=recalibrate)
    if as_json:
        show(_as_json(project, found, recalibrate), as_json)
    else:
        _print(found, recalibrate)


def _as_json(project: Path, found: RoundTrip, recalibrated: bool) -> dict[str, object]:
    learnt = found.recalibration
    return {
        "project": str(project),
        **found.report.to_json(),
        "recalibration": learnt.to_json() if learnt is not None else None,
        "recalibrated": recalibrated,
    }


def _print(found: RoundTrip, recalibrated: bool) -> None:
    from rich.console import Console

    report, learnt = found.report, found.recalibration
    Console().print(_table(found))
    lines: dict[str, object] = {"labels": f"{report.format}, {report.frames:,} frames"}
    if report.not_labeled:
        lines["not labeled"] = f"{report.not_labeled:,} of the exported frames"
    lines["added boxes"] = report.added
    if report.brier is not None:
        after = report.brier_recalibrated
        better = f", {after:.3f} recalibrated by other frames" if after is not None else ""
        lines["Brier score"] = f"{report.brier:.3f}{better}"
    if learnt is not None:
        from core.roundtrip.recalibration import examples

        done = "plausibility" if recalibrated else "would become"
        lines[done] = [
            f"{kind}: " + ", ".join(f"{a:.2f} → {b:.2f}" for a, b in examples(learnt, kind, _SHOWN))
            for kind in learnt.by_kind
        ]
    show(lines, False)


def _table(found: RoundTrip) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    report = found.report
    table = Table(box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
    table.add_column("kind", no_wrap=True)
    for title in ("handed", "kept", "moved", "relabeled", "deleted", "precision", "95 %"):
        table.add_column(title, justify="right", no_wrap=True)
    for kind, tally in report.by_kind.items():
        table.add_row(kind, *_cells(tally))
    if len(report.by_kind) != 1:
        table.add_row("all imputed", *_cells(report.overall))
    table.add_section()
    table.add_row("model's own", *_cells(report.model))
    return table


def _cells(tally: Tally) -> list[str]:
    counts = (tally.handed, tally.kept, tally.moved, tally.relabeled, tally.deleted)
    cells = [f"{count:,}" for count in counts]
    share = f"{100 * tally.precision:.0f} %" if tally.precision is not None else ""
    if tally.interval is None:
        return [*cells, share, ""]
    low, high = tally.interval
    return [*cells, share, f"{100 * low:.0f} to {100 * high:.0f} %"]
