"""How long an upload takes, against the tutorial's three `aws s3 cp --recursive` commands.

    python benchmarks/upload.py [--files 10000] [--megabytes 200] [--rounds 3] [--json]

Half of the small files are Lightly's predictions, half its metadata; the large file is a video.
Every contestant is a process of its own that reads the same folder and sends it to the same S3
server (moto's, in a process of its own) with empty buckets; their order turns from round to round.
Ours compares with what is there and verifies all of it at the end, the commands do neither. The
null client sends the same bytes on as many connections with nothing around them, not even a
signature: less than it takes nobody can take, so it says what share is the server's.

Then one frame's file is changed and ours is run again: it must send that one file.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Annotated, Literal

import numpy as np
import typer
from rich.console import Console

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from benchmarks.figures import Goal, Section, Times
from tests.servers.s3 import CREDENTIALS, S3Server, s3_server

INPUT, LIGHTLY = "my-input", "my-lightly"
PREDICTIONS = ".lightly/predictions/yolov8_detection/data"
METADATA = ".lightly/metadata/data"
AWS = ["uv", "tool", "run", "--from", "awscli"]
OURS, COMMANDS, NULL = "ours", "aws s3 cp × 3", "null client"
GOAL = 1.3
_AT_ONCE = 16
_BLOCK = 8 << 20

Part = Literal["all", "ours", "null"]


@dataclass(frozen=True)
class Measured:
    """What one contestant took, round by round; seconds."""

    wall: list[float] = field(default_factory=list)
    client: list[float] = field(default_factory=list)
    """Processor time of the contestant."""
    server: list[float] = field(default_factory=list)
    """Processor time of the server."""

    def note(self) -> str:
        """Medians and spread, as a sentence."""
        spread = f"{min(self.wall):.1f} to {max(self.wall):.1f} s"
        return (
            f"{spread}; processor time {median(self.client):.1f} s, "
            f"of the server {median(self.server):.1f} s"
        )


def main(
    files: Annotated[int, typer.Option(help="Small files.")] = 10_000,
    megabytes: Annotated[int, typer.Option(help="Of the video.")] = 200,
    rounds: Annotated[int, typer.Option(help="How often each is measured.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    part: Annotated[str, typer.Option(hidden=True)] = "all",
    folder: Annotated[Path, typer.Option(hidden=True)] = Path(),
    endpoint: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:
    """Measure uploading to a local server."""
    if part != "all":
        typer.echo(json.dumps({"ours": send_ours, "null": send_plainly}[part](folder, endpoint)))
        return
    aws = aws_command()
    os.environ.update(environment())
    with tempfile.TemporaryDirectory() as name, s3_server(INPUT, LIGHTLY) as server:
        made = Path(name)
        make_files(made, files, megabytes)
        measured, again = measure(made, server, aws, rounds)
    report(files, megabytes, measured, again, as_json)


def measure(
    folder: Path, server: S3Server, aws: str, rounds: int
) -> tuple[dict[str, Measured], dict[str, float]]:
    """Every contestant in every round, then a second upload of ours."""
    contestants: dict[str, Callable[[], object]] = {
        OURS: lambda: child("ours", folder, server.url),
        COMMANDS: lambda: send_with_commands(folder, server.url, aws),
        NULL: lambda: child("null", folder, server.url),
    }
    measured = {name: Measured() for name in contestants}
    names = list(contestants)
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            server.clear()
            timed(contestants[name], server, measured[name])
    server.clear()
    contestants[OURS]()
    changed = sorted((folder / "lightly" / METADATA).iterdir())[7]
    changed.write_text(changed.read_text().replace("0.5", "1.0"))
    server.counts()
    second = child("ours", folder, server.url)
    return measured, second | {"put_requests": server.counts()["PUT"]}


def timed(send: Callable[[], object], server: S3Server, measured: Measured) -> None:
    """Measure one contestant once."""
    began, client, taken = time.perf_counter(), children_seconds(), server.processor_seconds()
    send()
    measured.wall.append(time.perf_counter() - began)
    measured.client.append(children_seconds() - client)
    measured.server.append(server.processor_seconds() - taken)


def send_with_commands(folder: Path, endpoint: str, aws: str) -> None:
    """The tutorial's commands, one after the other."""
    copies = [
        ("input/data", f"s3://{INPUT}/data"),
        ("lightly/.lightly/predictions", f"s3://{LIGHTLY}/.lightly/predictions"),
        ("lightly/.lightly/metadata", f"s3://{LIGHTLY}/.lightly/metadata"),
    ]
    for source, target in copies:
        copy = [aws, "s3", "cp", "--recursive", "--only-show-errors", "--endpoint-url", endpoint]
        subprocess.run([*copy, str(folder / source), target], check=True)


def child(part: Part, folder: Path, endpoint: str) -> dict[str, float]:
    """Send in a process of its own."""
    command = [sys.executable, __file__, f"--part={part}", "--folder", str(folder)]
    done = subprocess.run(
        [*command, "--endpoint", endpoint], check=True, stdout=subprocess.PIPE, text=True
    )
    result: dict[str, float] = json.loads(done.stdout)
    return result


def send_ours(folder: Path, endpoint: str) -> dict[str, float]:
    """What the window does: plan, send, verify."""
    from core.cloud.address import S3Address, S3Way
    from core.cloud.upload import Item, plan_upload, run_upload

    items = (
        Item(S3Address(bucket).below(path.relative_to(folder / part).as_posix()), path)
        for part, bucket in (("input", INPUT), ("lightly", LIGHTLY))
        for path in files_in(folder / part)
    )
    began = time.perf_counter()
    plan = plan_upload(items, S3Way(endpoint), on_progress=lambda _: None, cancelled=lambda: False)
    result = run_upload(
        plan, on_progress=lambda _: None, cancelled=lambda: False, paused=lambda: False
    )
    seconds = time.perf_counter() - began
    return {"sent": result.sent, "verified": result.verified, "seconds": round(seconds, 2)}


def send_plainly(folder: Path, endpoint: str) -> dict[str, float]:
    """The same bytes, on as many connections, with nothing that S3 needs."""
    import urllib3

    pool = urllib3.PoolManager(maxsize=_AT_ONCE, block=True)

    def put(url: str, body: bytes) -> None:
        # moto wants to see that a request is signed, and does not look at the signature.
        answer = pool.request("PUT", url, body=body, headers={"Authorization": "AWS none"})
        if answer.status != 200:
            raise RuntimeError(f"{url} answers {answer.status}")

    def send(path: Path, url: str) -> None:
        with path.open("rb") as file:
            for number, block in enumerate(iter(lambda: file.read(_BLOCK), b"")):
                put(f"{url}.{number}" if number else url, block)

    targets = [
        (path, f"{endpoint}/{bucket}/{path.relative_to(folder / part).as_posix()}")
        for part, bucket in (("input", INPUT), ("lightly", LIGHTLY))
        for path in files_in(folder / part)
    ]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        list(threads.map(lambda target: send(*target), targets))
    return {"sent": len(targets)}


def files_in(folder: Path) -> list[Path]:
    """All files, at any depth."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def make_files(folder: Path, files: int, megabytes: int) -> None:
    """Both targets' folders, as Lightly wants them."""
    rng = np.random.default_rng(7)
    for name in ("input/data", f"lightly/{PREDICTIONS}", f"lightly/{METADATA}"):
        (folder / name).mkdir(parents=True)
    with (folder / "input/data/drive.mp4").open("wb") as video:
        for _ in range(megabytes):
            video.write(rng.bytes(1_000_000))
    for frame in range(files // 2):
        name = f"drive-{frame:04d}-mp4"
        shown = {"file_name": f"data/{name}.png"}
        boxes = [prediction(rng) for _ in range(int(rng.integers(3, 7)))]
        value = {"type": "frame", "metadata": {"flickering": 0.5, "scene": "x" * 250}}
        predictions = folder / "lightly" / PREDICTIONS / f"{name}.json"
        predictions.write_text(json.dumps(shown | {"predictions": boxes}))
        metadata = folder / "lightly" / METADATA / f"{name}.json"
        metadata.write_text(json.dumps(shown | value))


def prediction(rng: np.random.Generator) -> dict[str, object]:
    """One box in Lightly's form."""
    box = [round(float(value), 1) for value in rng.uniform(1, 900, 4)]
    score = round(float(rng.uniform(0.1, 1)), 4)
    return {"category_id": int(rng.integers(80)), "bbox": box, "score": score}


def aws_command() -> str:
    """The path of the AWS command line, which uv fetches if it must."""
    find = "import shutil; print(shutil.which('aws'))"
    try:
        found = subprocess.run(
            [*AWS, "python", "-c", find], check=True, capture_output=True, text=True
        ).stdout.strip()
        subprocess.run([found, "--version"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        typer.echo(f"The AWS command line cannot be had with {' '.join(AWS)}: {error}.", err=True)
        raise typer.Exit(1) from error
    return found


def environment() -> dict[str, str]:
    """Credentials of nobody, and nothing of this computer's configuration."""
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return CREDENTIALS | nowhere | {"AWS_DEFAULT_REGION": "us-east-1", "NO_PROXY": "127.0.0.1"}


def children_seconds() -> float:
    """Processor time of the children that have ended."""
    taken = resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken.ru_utime + taken.ru_stime


def report(
    files: int,
    megabytes: int,
    measured: dict[str, Measured],
    again: dict[str, float],
    as_json: bool,
) -> None:
    """Print all of it."""
    times = {name: Times([1000 * wall for wall in m.wall]) for name, m in measured.items()}
    floor = times.pop(NULL)
    section = Section(
        f"Uploading {files:,} small files and one of {megabytes} MB",
        "p50",
        {OURS: times[OURS]},
        {COMMANDS: times[COMMANDS], NULL: floor},
        {name: m.note() for name, m in measured.items()}
        | {
            f"share of the null client in {name}": f"{floor.p50 / t.p50:.0%}"
            for name, t in times.items()
        }
        | {"after one changed frame": again},
    )
    goals = [
        Goal(f"{COMMANDS} takes, of ours,", section.ratio(OURS, COMMANDS), GOAL, at_least=True),
        Goal("files sent after one change", again["put_requests"], 1),
    ]
    facts = {"cpus": os.cpu_count(), "load": round(os.getloadavg()[0], 2)}
    if as_json:
        met = {str(goal): goal.met for goal in goals}
        typer.echo(json.dumps({**facts, "upload": section.to_json(), "goals": met}))
        return
    console = Console()
    console.print(facts)
    section.print(console)
    for goal in goals:
        console.print(f"{'met' if goal.met else 'MISSED'}: {goal} (is {goal.figure:.2f})")


if __name__ == "__main__":
    typer.run(main)
