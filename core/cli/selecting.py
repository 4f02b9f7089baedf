"""The command that chooses frames for labeling."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli import shared
from core.cli.options import progress, show

app = typer.Typer()

_MOST_LISTED = 20
"""Projects; more would push the rest out of sight."""


@app.command("select")
def select_command(
    projects: Annotated[
        list[Path],
        typer.Argument(
            metavar="PROJECT...",
            help="One or several .flickerscope folders, or folders that hold some, such as the "
            "results of a batch: one choice over all.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="New folder for the lists of frames and the report.")],
    n: shared.Number = None,
    proportion: shared.Proportion = None,
    strategies: shared.Strategies = None,
    balance: Annotated[
        str | None, typer.Option(help="Also reach these shares of classes: car 0.6, bus 0.4.")
    ] = None,
    balance_strength: Annotated[float, typer.Option(help="Strength of the balance.")] = 1.0,
    similar: Annotated[
        str | None,
        typer.Option(metavar="FRAMES", help="Also prefer what resembles these frames."),
    ] = None,
    thresholds: shared.SelectThresholds = None,
    min_distance: shared.MinDistance = None,
    apart: shared.Apart = 1,
    skip: Annotated[
        list[str] | None,
        typer.Option(help="Frames that are labeled: exported or reviewed; again for both."),
    ] = None,
    labeled: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="More such: a file name, frame or range a line."),
    ] = None,
    include: Annotated[
        str | None, typer.Option(metavar="FRAMES", help="Choose these in any case: 10-20,35.")
    ] = None,
    exclude: Annotated[
        str | None, typer.Option(metavar="FRAMES", help="Never choose these: NAME:10-20.")
    ] = None,
    metadata: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CSV or JSON with numbers for frames, to weigh by."),
    ] = None,
    seed: shared.Seed = 0,
    bal: Annotated[
        bool, typer.Option("--bal", help="By BAL instead, for teams who label in rounds.")
    ] = False,
    with_report: Annotated[
        bool, typer.Option("--report", help="Write a report, too, as PDF and HTML.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Choose the frames that are worth labeling, and say why."""
    from core.selection.commands import select_frames
    from core.selection.wishes import Wishes

    wishes = Wishes(
        n, proportion, strategies or (), balance, balance_strength, similar, thresholds or (),
        min_distance, apart, skip or (), labeled, include, exclude, seed, bal,
    )  # fmt: skip
    with progress(as_json) as report:
        result = select_frames(
            projects, wishes, out, report, metadata=metadata, with_report=with_report
        )
    show(result if as_json else _for_people(result), as_json)


def _for_people(result: Mapping[str, Any]) -> dict[str, object]:
    """Without what is empty, and with a line for each column; of many projects, how many."""
    shown = {name: value for name, value in result.items() if value not in ("", [])}
    projects = result.get("projects", [])
    if len(projects) > _MOST_LISTED:
        shown["projects"] = len(projects)
    shown["means"] = [
        f"{name}: {both['all']:.3g} in all frames, {both['chosen']:.3g} in the chosen ones"
        for name, both in result["means"].items()
        if None not in both.values()
    ]
    return shown
