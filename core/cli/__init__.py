"""The command line. Runs headless; whoever starts it may bring a window."""

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from core.cli import (
    batching,
    care,
    detecting,
    embedding,
    exporting,
    handing_over,
    labels,
    movies,
    selecting,
)
from core.cli.options import progress, show
from core.cloud.token import redacted
from core.errors import UserError
from core.logs import start_logging

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Window:
    """What a graphical front end adds to the command line."""

    open: Callable[[Path | None, bool], int]
    """Show the window with a video or project, or with the demo; gives the exit code."""
    display_problem: Callable[[], str | None]
    """Why no window can be shown here, or None."""
    checks: Mapping[str, Callable[[], str]] = field(default_factory=dict)
    """Further checks for `doctor`."""


app = typer.Typer(
    name="flickerscope",
    help="Find where a detector flickers in video, and hand over what it missed as prelabels.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"flickerscope {version('flickerscope')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show version.")
    ] = False,
) -> None:
    del version


@app.command("open", hidden=True)
def open_command(
    ctx: typer.Context,
    path: Annotated[Path | None, typer.Argument(metavar="VIDEO | PROJECT | FOLDER")] = None,
) -> None:
    """Open the window."""
    _open_window(ctx, path, demo=False)


@app.command("demo")
def demo_command(
    ctx: typer.Context,
    headless: Annotated[bool, typer.Option(help="Run without a window.")] = False,
    out: Annotated[Path | None, typer.Option(help="New folder for the results.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run the whole job on the embedded demo: detect, score, accept all, export."""
    window: Window | None = ctx.obj
    if window and not headless and not as_json and out is None and not window.display_problem():
        _open_window(ctx, None, demo=True)
        return
    from core.headless import run_demo

    with progress(as_json) as report:
        result = run_demo(out, report)
    show(result, as_json)


@app.command("doctor")
def doctor_command(ctx: typer.Context) -> None:
    """Say what works here, and the mend for what does not."""
    from core.doctor import core_checks, examine

    window: Window | None = ctx.obj
    checks = {**(window.checks if window else {}), **core_checks()}
    findings = []
    for name, check in checks.items():
        finding = examine(name, check)
        findings.append(finding)
        typer.echo(f"{'ok  ' if finding.works else 'FAIL'}  {name:<9} {finding.says}")
    if not all(finding.works for finding in findings):
        raise typer.Exit(1)


for part in (
    detecting.app,
    batching.app,
    embedding.app,
    selecting.app,
    exporting.app,
    movies.app,
    labels.app,
    handing_over.app,
    care.app,
):
    app.add_typer(part)


def main(arguments: Sequence[str] | None = None, window: Window | None = None) -> NoReturn:
    """Run the command line and exit: 0 for success, 2 for bad usage or input, 1 for a bug."""
    sys.exit(run(sys.argv[1:] if arguments is None else list(arguments), window))


def run(arguments: list[str], window: Window | None = None) -> int:
    """As `main`, but give the exit code."""
    try:
        log_file = start_logging()
    except OSError as error:
        return _fail(_refused(error))
    try:
        code = app(_with_command(arguments), standalone_mode=False, obj=window)
        return code if isinstance(code, int) else 0
    except typer.TyperException as error:
        return _fail(error.format_message().strip())
    except UserError as error:
        return _fail(str(error))
    except (KeyboardInterrupt, typer.Abort):
        _fail("stopped; what was done so far is saved")
        return 130
    except OSError as error:
        log.exception("the system refused")
        return _fail(_refused(error))
    except Exception as error:
        log.exception("a bug")
        _fail(f"{type(error).__name__}: {error}; this is a bug, details are in {log_file}")
        return 1


def _with_command(arguments: list[str]) -> list[str]:
    """`flickerscope PATH` means `flickerscope open PATH`."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    known = arguments and arguments[0] in {*commands, "--help", "--version"}
    return arguments if known else ["open", *arguments]


def _fail(sentence: str) -> int:
    typer.echo(f"flickerscope: {redacted(sentence)}", err=True)
    return 2


def _refused(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"The system refuses {where}{error.strerror or error}; choose another path."


def _open_window(ctx: typer.Context, path: Path | None, *, demo: bool) -> None:
    window: Window | None = ctx.obj
    problem = window.display_problem() if window else "this is the headless program"
    if window is None or problem:
        raise UserError(
            f"No window can be opened here ({problem})",
            mend="use `flickerscope process VIDEO`, `flickerscope export PROJECT` or "
            "`flickerscope demo --headless`",
        )
    raise typer.Exit(window.open(path, demo))
