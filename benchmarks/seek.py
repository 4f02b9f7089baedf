"""How fast every frame comes, against OpenCV and against a plain seek with PyAV in the same run.

    python benchmarks/seek.py [VIDEO] [--clips DIR] [--long] [--json]

Without VIDEO it draws one: 1080p H.264 with B-frames and a keyframe every 250 frames, about the
worst that cameras make. The contenders take turns, and each picture is compared with what decoding
from the start gives for its frame; a wrong one of ours ends the benchmark with 1. --long makes a
2-hour video, too (some GB in DIR or the temporary folder), and reads it from the page cache.
"""

import json
import math
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer
from PySide6.QtWidgets import QApplication
from rich.console import Console

# `python benchmarks/seek.py` puts benchmarks/ on the path, not the folder that holds it.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.clips import DETAILED, make_clip
from benchmarks.contenders import Contender, OpenCV, Ours, PlainPyAV, Truth, decode_all
from benchmarks.display import display
from benchmarks.figures import Goal, Section, Times
from benchmarks.long_video import Long, measure_long, print_long
from benchmarks.viewer import Request, Stage, Viewer, WatchedCanvas, wait
from core.frames import FrameIndex
from core.paths import HOME_VARIABLE, ProxyPlace
from core.video import VideoInfo, VideoReader
from core.video.index import build_index
from core.video.proxy import proxy_folder
from core.video.proxy_making import ProxyRequest, make_proxy
from core.video.scrubber import RING_BYTES

FEWEST_FRAMES = 700
CANVAS_SIZE = 976, 700
ROUNDS = 8
SCRUBS, FULL_SCRUBS, SEEKS = 20, 4, 5
"""Requests in each round."""
MOST_PAUSE = 0.5
"""Seconds at most between two scrubs: the thread may settle, decode or rest when one comes."""
DRAG_SECONDS, DRAG_MS, SWEEP_SECONDS = 10.0, 16, 4.0
RING_ROUNDS, RING_STEPS = 4, 30
WALK_STEPS, SEEK_EVERY = 300, 50
"""Steps of one walk back, and over how many of them each other contender makes one."""
FORWARD_ROUNDS, FORWARD_STEPS, KEY_MS = 3, 100, 33
INDEXINGS = 3
"""In each forward round."""

SHOWN_MS, SEEK_RATIO, BACK_RATIO, FORWARD_RATIO, INDEX_RATIO = 16.0, 1.3, 8.0, 1.5, 15.0
OPEN_SECONDS, GROWTH_MB = 3.0, 150.0

PAINTED, IN_RING, WALK = "painted", "in the ring", "beyond it, flat out"
HELD, DECODER = "key held", "decoder"
INDEXING, DECODE_ALL = "indexing", "decoding"


@dataclass(frozen=True, eq=False)
class Material:
    """What all measurements work on."""

    path: Path
    index: FrameIndex
    info: VideoInfo
    truth: Truth
    proxy: Path
    """Folder of its proxy."""

    def __len__(self) -> int:
        return len(self.index)

    def viewer(self, canvas: WatchedCanvas | None = None) -> Viewer:
        """The window's way to the frames, with a proxy if they are to be painted."""
        proxy = None if canvas is None else self.proxy
        return Viewer(self.path, self.index, self.truth, proxy=proxy, canvas=canvas)


class Seeks:
    """Random access by contenders that take turns."""

    def __init__(self, truth: Truth, *contenders: Contender) -> None:
        self._truth = truth
        self._contenders = list(contenders)
        self._ms: dict[str, list[float]] = {contender.name: [] for contender in contenders}
        self._wrong = dict.fromkeys(self._ms, 0)

    def turn(self, frame: int) -> None:
        """Let each one get a frame; at the next turn another one begins."""
        for contender in self._contenders:
            began = time.perf_counter()
            picture = contender.picture(frame)
            self._ms[contender.name].append((time.perf_counter() - began) * 1000)
            if not self._truth.is_right(contender.name, frame, picture):
                self._wrong[contender.name] += 1
        self._contenders.append(self._contenders.pop(0))

    def times(self) -> dict[str, Times]:
        """What each one took."""
        return {name: Times(ms, self._wrong[name]) for name, ms in self._ms.items()}


def main(
    video: Annotated[Path | None, typer.Argument(help="A local video file.")] = None,
    clips: Annotated[Path | None, typer.Option(help="Where drawn clips are kept.")] = None,
    long: Annotated[bool, typer.Option("--long", help="Measure a 2-hour video, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure how fast every frame comes."""
    with ExitStack() as stack:
        if clips is not None:
            clips.mkdir(parents=True, exist_ok=True)
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=clips)))
        os.environ[HOME_VARIABLE] = str(home)
        stack.enter_context(display())
        load = os.getloadavg()[0]
        _say("making the video, its proxy, and the right pictures")
        material = prepare(video or make_clip(DETAILED, clips or home), home)
        sections = measure(material)
        long_ones: list[Long] = []
        if long:
            _say("long videos")
            long_ones = measure_long(clips or home, home)
    about = describe(material) | {"cpus": os.cpu_count(), "load_before": round(load, 2)}
    goals = goals_of(sections, long_ones)
    if as_json:
        result = about | {name: section.to_json() for name, section in sections.items()}
        result["long"] = [asdict(video) for video in long_ones]
        result["goals"] = {str(g): {"figure": round(g.figure, 2), "met": g.met} for g in goals}
        typer.echo(json.dumps(result))
    else:
        console = Console()
        console.print(", ".join(f"{name} {value}" for name, value in about.items()))
        for section in sections.values():
            section.print(console)
        if long_ones:
            print_long(console, long_ones)
        for goal in goals:
            console.print(f"{'met ' if goal.met else 'MISS'}  {goal}: {goal.figure:.2f}")
    if any(section.wrong for section in sections.values()):
        raise SystemExit("a wrong picture was shown")


def prepare(path: Path, home: Path) -> Material:
    """Index a video, make its proxy, and find out what its pictures are.

    Raises:
        typer.BadParameter: It is too short.
    """
    with VideoReader(path) as reader:
        index, info = reader.index, reader.info
    if len(index) < FEWEST_FRAMES:
        raise typer.BadParameter(f"expected at least {FEWEST_FRAMES} frames, got {len(index)}")
    place = ProxyPlace(home / "proxies", 1 << 40)
    for _ in make_proxy(ProxyRequest(path, index, place)):
        pass
    return Material(path, index, info, Truth(path), proxy_folder(place, info.identity))


def describe(material: Material) -> dict[str, object]:
    """What kind of video it is."""
    index, info = material.index, material.info
    keyframes = [*(frame for frame in range(len(index)) if index.keyframes[frame]), len(index)]
    return {
        "video": material.path.name,
        "codec": info.codec,
        "size": f"{info.width}x{info.height}",
        "frames": len(index),
        "longest_gop": max(b - a for a, b in pairwise(keyframes)),
        "mbit_per_s": round(info.identity.size * 8e-6 / index.duration, 1),
    }


def measure(material: Material) -> dict[str, Section]:
    """All that needs no long video."""
    app = QApplication([])
    canvas = WatchedCanvas()
    canvas.resize(*CANVAS_SIZE)
    canvas.show()
    sections = _measured("random frames", lambda: measure_random(material, canvas))
    canvas.close()
    sections |= _measured("steps back", lambda: measure_back(material))
    sections |= _measured("steps forward, indexing", lambda: measure_forward(material))
    app.processEvents()
    return sections


def measure_random(material: Material, canvas: WatchedCanvas) -> dict[str, Section]:
    """Scrubbing with a proxy until a picture is painted, and full pictures without one."""
    path, index, frames = material.path, material.index, len(material)
    seeks = Seeks(material.truth, Ours(path, index), OpenCV(path), PlainPyAV(path, index))
    chosen = random.Random(1)
    scrubs: list[Request] = []
    full: list[Request] = []
    with closing(material.viewer(canvas)) as viewer:

        def scrub(stage: Stage) -> Request:
            wait(chosen.uniform(0, MOST_PAUSE))
            return viewer.ask(chosen.randrange(frames), stage)

        viewer.ask(0, Stage.PAINTED_IN_FULL)
        for _ in range(ROUNDS):
            scrubs += [scrub(Stage.PAINTED) for _ in range(SCRUBS)]
            full += [scrub(Stage.PAINTED_IN_FULL) for _ in range(FULL_SCRUBS)]
            viewer.rest()
            for _ in range(SEEKS):
                seeks.turn(chosen.randrange(frames))
        wrong = viewer.wrong
        drag = viewer.pace(_swing(frames), DRAG_MS)
    others = seeks.times()
    ours = {Ours.name: others.pop(Ours.name)}
    painted = {
        PAINTED: Times(_ms(scrubs + full, Stage.PAINTED), wrong),
        "painted in full": Times(_ms(full, Stage.PAINTED_IN_FULL)),
        "painted in a drag": Times(_ms(drag, Stage.PAINTED), viewer.wrong - wrong),
    }
    note: dict[str, object] = {"requests in the drag": f"{len(drag)}, one every {DRAG_MS} ms"}
    return {
        "scrub": Section("Scrub to a random frame, with a proxy", "p50", painted, others, note),
        "seek": Section("Full picture of a random frame", "p50", ours, others),
    }


def measure_back(material: Material) -> dict[str, Section]:
    """Steps back inside the ring, and on and on beyond it, as fast as they come."""
    path, index, frames = material.path, material.index, len(material)
    pixels = material.info.width * material.info.height
    steps = min(RING_STEPS, RING_BYTES // (pixels * 3 // 2) // 3)
    inside: list[float] = []
    with closing(material.viewer()) as viewer:
        for number in range(RING_ROUNDS):
            start = frames * (number + 1) // (RING_ROUNDS + 1)
            viewer.walk(range(start, start + steps + 1))
            viewer.rest()
            inside += _ms(viewer.walk(range(start + steps - 1, start - 1, -1)), Stage.LOADED)
    ours = {IN_RING: Times(inside, viewer.wrong)}
    walked: list[float] = []
    wrong = 0
    others = Seeks(material.truth, OpenCV(path), PlainPyAV(path, index))
    for start in (frames - 10, frames * 3 // 4 - 10):
        for frame in range(start - 1, start - WALK_STEPS, -SEEK_EVERY):
            others.turn(frame)
        with closing(material.viewer()) as viewer:  # its ring is empty
            viewer.ask(start)
            walked += _step_ms(viewer.walk(range(start - 1, start - 1 - WALK_STEPS, -1)))
        wrong += viewer.wrong
    ours[WALK] = Times(walked, wrong)
    return {"back": Section("Step back to the full picture", "mean", ours, others.times())}


def measure_forward(material: Material) -> dict[str, Section]:
    """Steps forward beside decoding alone and OpenCV's read(), and indexing."""
    path, frames = material.path, len(material)
    decoder: list[float] = []
    indexing: list[float] = []
    read: list[float] = []
    held: list[float] = []
    flat_out: list[float] = []
    with closing(material.viewer()) as viewer:
        for number in range(FORWARD_ROUNDS):
            decoder.append(_clocked(lambda: decode_all(path)))
            indexing += [_clocked(lambda: build_index(path)) for _ in range(INDEXINGS)]
            capture = OpenCV(path)
            read += [_clocked(capture.read) for _ in range(FORWARD_STEPS)]
            start = frames * (number + 1) // 5
            viewer.ask(start)
            viewer.rest()
            first = range(start + 1, start + 1 + FORWARD_STEPS)
            held += _answered_ms(viewer.pace(first, KEY_MS))
            flat_out += _step_ms(viewer.walk(range(first.stop, first.stop + FORWARD_STEPS)))
    ours = {HELD: Times(held, viewer.wrong), "flat out": Times(flat_out)}
    others = {DECODER: Times([ms / frames for ms in decoder]), OpenCV.name: Times(read)}
    decoding = {DECODE_ALL: Times(decoder)}
    return {
        "forward": Section("Step forward to the full picture", "p50", ours, others),
        "indexing": Section("Finding all frames", "p50", {INDEXING: Times(indexing)}, decoding),
    }


def goals_of(sections: dict[str, Section], long_ones: list[Long]) -> list[Goal]:
    """What was to be reached, and what was."""
    scrub, seek, back = sections["scrub"], sections["seek"], sections["back"]
    forward, indexing = sections["forward"], sections["indexing"]
    decoder = forward.others[DECODER].p50
    goals = [
        Goal("scrub with a proxy: p95, ms,", scrub.ours[PAINTED].p95, SHOWN_MS),
        *(
            Goal(
                f"random frame: {name}'s p50 over ours",
                seek.ratio(Ours.name, name),
                SEEK_RATIO,
                True,
            )
            for name in seek.others
        ),
        Goal("step back inside the ring: p95, ms,", back.ours[IN_RING].p95, SHOWN_MS),
        Goal("walk back: OpenCV's mean over ours", back.ratio(WALK, OpenCV.name), BACK_RATIO, True),
        Goal(
            "step forward: p95 over the decoder's time",
            forward.ours[HELD].p95 / decoder,
            FORWARD_RATIO,
        ),
        Goal("decoding over indexing", indexing.ratio(INDEXING, DECODE_ALL), INDEX_RATIO, True),
    ]
    if long_ones:
        short, long = long_ones[0], long_ones[-1]
        more = long.first.growth_mb - short.first.growth_mb
        goals += [
            Goal(f"first open of {long.minutes} minutes, s,", long.first.seconds, OPEN_SECONDS),
            Goal(f"growth, {long.minutes} minutes less {short.minutes}, MB,", more, GROWTH_MB),
        ]
    return goals


def _swing(frames: int) -> list[int]:
    """Where a hand is that goes to and fro over the whole timeline."""
    ticks = range(round(DRAG_SECONDS * 1000 / DRAG_MS))
    turns = (tick * DRAG_MS / 1000 / SWEEP_SECONDS for tick in ticks)
    return [round((0.5 - 0.5 * math.cos(math.tau * turn)) * (frames - 1)) for turn in turns]


def _ms(requests: Iterable[Request], stage: Stage) -> list[float]:
    """How long those took that came so far."""
    return [request.ms[stage] for request in requests if stage in request.ms]


def _step_ms(requests: Sequence[Request]) -> list[float]:
    """From each request to the next: nothing that was done between them is left out."""
    times = [request.began for request in requests]
    between = [(b - a) * 1000 for a, b in pairwise(times)]
    return [*between, requests[-1].ms[Stage.LOADED]]


def _answered_ms(requests: Sequence[Request]) -> list[float]:
    """Until the frame was there, or the next later one where it was overtaken."""
    answered: list[float] = []
    there = 0.0
    for request in reversed(requests):
        if Stage.LOADED in request.ms:
            there = request.began + request.ms[Stage.LOADED] / 1000
        answered.append((there - request.began) * 1000)
    return answered


def _measured(doing: str, work: Callable[[], dict[str, Section]]) -> dict[str, Section]:
    """Figures, with a note of how busy other programs kept the machine meanwhile."""
    _say(doing)
    before = _cpu_seconds()
    sections = work()
    if before is not None and (after := _cpu_seconds()) is not None:
        (busy, own, total), (busy0, own0, total0) = after, before
        share = ((busy - busy0) - (own - own0)) / (total - total0)
        for section in sections.values():
            section.notes["share of the CPUs taken by others"] = round(max(share, 0.0), 2)
    return sections


def _cpu_seconds() -> tuple[float, float, float] | None:
    """Busy time of all CPUs, this program's part in it, and all time; None where unknown."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return None
    fields = [int(field) for field in stat.read_text().splitlines()[0].split()[1:9]]
    tick = os.sysconf("SC_CLK_TCK")
    own = os.times()
    busy = sum(fields) - fields[3] - fields[4]  # idle, and waiting for a disk
    return busy / tick, sum(own[:4]), sum(fields) / tick


def _say(doing: str) -> None:
    print(f"{time.strftime('%X')} {doing}", file=sys.stderr)


def _clocked(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    typer.run(main)
