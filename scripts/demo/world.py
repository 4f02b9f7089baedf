"""Seeded worlds: the road, the weather, the light, and who drives where.

Positions are in the road frame of `camera`, which travels with the filming car.
"""

from dataclasses import dataclass, field

import numpy as np

from scripts.demo.mesh import Colour, Mesh
from scripts.demo.vehicles import random_looks, vehicle_mesh

LANE_M = 3.6
# Places in vehicles.NAMES.
_CAR, _MOTORCYCLE, _BUS, _TRUCK = range(4)


@dataclass(frozen=True)
class Shift:
    """A lane change: sideways by `metres` between two times (s)."""

    metres: float
    start: float
    end: float

    def at(self, time: float) -> float:
        """Metres moved so far."""
        part = float(np.clip((time - self.start) / (self.end - self.start), 0.0, 1.0))
        return self.metres * part * part * (3 - 2 * part)


@dataclass(frozen=True)
class Vehicle:
    """A vehicle at `x`, `z` (m) at time 0, whose `speed` (m/s) is relative to the filming car."""

    kind: int
    form: int
    paint: int
    x: float
    z: float
    speed: float = 0.0
    oncoming: bool = False
    shift: Shift | None = None
    surge: float = 0.0

    @property
    def mesh(self) -> Mesh:
        """Its shape, shared by all that look alike."""
        return vehicle_mesh(self.kind, self.form, self.paint)

    def place(self, time: float) -> tuple[float, float]:
        """The middle's x and z in metres at `time` (s)."""
        x = self.x + (self.shift.at(time) if self.shift else 0.0)
        wander = 0.10 * np.sin(0.9 * time + 7.0 * self.x + self.z)
        return x + wander, self.z + self.speed * time + self.surge * np.sin(0.6 * time + self.z)


@dataclass(frozen=True)
class Light:
    """A sky: colours in BGR, `level` multiplies what is not lit by itself."""

    zenith: Colour
    horizon: Colour
    level: float
    grass: Colour


LIGHTS = (
    Light((158, 143, 130), (214, 208, 201), 0.95, (76, 112, 104)),
    Light((126, 104, 92), (196, 182, 174), 0.78, (62, 92, 86)),
    Light((132, 112, 108), (168, 186, 214), 0.82, (62, 100, 100)),
    Light((190, 168, 146), (226, 222, 214), 1.06, (80, 128, 118)),
    Light((84, 66, 58), (146, 130, 126), 0.60, (48, 68, 66)),
)


@dataclass(frozen=True)
class Weather:
    """Strengths in [0, 1], but `haze` in metres (where two thirds of a colour is lost).

    `wiper` is the time between two strokes (s), 0 for a wiper at rest.
    """

    rain: float = 0.0
    wet: float = 0.0
    spray: float = 0.0
    drops: int = 0
    haze: float = 400.0
    wiper: float = 0.0


@dataclass(frozen=True)
class Road:
    """Lane centres (m); the filming car's own lane is at 0."""

    ahead: tuple[float, ...]
    oncoming: tuple[float, ...]
    lamps: float = 40.0

    @property
    def near_edges(self) -> tuple[float, float]:
        """Left and right edge (m) of the carriageway driven on."""
        return self.ahead[0] - LANE_M / 2, self.ahead[-1] + LANE_M / 2

    @property
    def far_edges(self) -> tuple[float, float]:
        """Left and right edge (m) of the oncoming carriageway."""
        return self.oncoming[0] - LANE_M / 2, self.oncoming[-1] + LANE_M / 2


@dataclass(frozen=True)
class Scene:
    """Everything a frame is rendered from, save the time."""

    seed: int
    road: Road
    light: Light
    weather: Weather
    vehicles: tuple[Vehicle, ...] = field(default=())
    bend: float = 0.0
    speed: float = 24.0
    start: float = 0.0
    eye: float = 1.55
    focal: float = 1000.0
    horizon: float = 248.0

    def travelled(self, time: float) -> float:
        """Metres that the filming car has gone at `time` (s)."""
        return self.start + self.speed * time


def _road(rng: np.random.Generator) -> Road:
    count = int(rng.integers(2, 4))
    own = int(rng.integers(count))
    ahead = tuple(LANE_M * (k - own) for k in range(count))
    median = float(rng.uniform(2.0, 4.0))
    last = ahead[0] - LANE_M - median
    return Road(ahead, (last - LANE_M, last), float(rng.uniform(32, 55)))


def _random_weather(rng: np.random.Generator) -> Weather:
    """From dry to steady rain; the wiper rests, since a still is not taken through it."""
    rain = float(rng.choice([0.0, rng.uniform(0.1, 0.4), rng.uniform(0.4, 0.75)]))
    wet = float(rng.uniform(0.5, 1.0)) if rain else float(rng.uniform(0.0, 0.5))
    return Weather(
        rain=rain,
        wet=wet,
        spray=wet * float(rng.uniform(0.1, 0.7)),
        drops=int(rng.integers(0, 14)) if rain else 0,
        haze=float(rng.uniform(120, 450)),
    )


def _queue(rng: np.random.Generator, lane: float, oncoming: bool, first: float) -> list[Vehicle]:
    """A random row of vehicles in one lane, out to 90 m."""
    row: list[Vehicle] = []
    z = first
    while z < 90:
        kind = int(rng.choice(4, p=(0.48, 0.18, 0.14, 0.20)))
        form, paint = random_looks(rng, kind)
        length = vehicle_mesh(kind, form, paint).length
        x = lane + float(rng.normal(0, 0.25))
        row.append(Vehicle(kind, form, paint, x, z + length / 2, oncoming=oncoming))
        z += length + float(rng.exponential(14)) + 4
    return row


def random_scene(seed: int) -> Scene:
    """A still's world: any road, sky, and dry to rainy weather, from one seed."""
    rng = np.random.default_rng(seed)
    road, weather = _road(rng), _random_weather(rng)
    vehicles: list[Vehicle] = []
    for lane in road.ahead:
        first = 9.0 if lane == 0 else 5.0
        vehicles += _queue(rng, lane, False, first + float(rng.exponential(9)))
    for lane in road.oncoming:
        vehicles += _queue(rng, lane, True, 12.0 + float(rng.exponential(20)))
    return Scene(
        seed=seed,
        road=road,
        light=LIGHTS[int(rng.integers(len(LIGHTS)))],
        weather=weather,
        vehicles=tuple(vehicles),
        bend=float(rng.normal(0, 0.0008)),
        start=float(rng.uniform(0, 5000)),
        eye=float(rng.uniform(1.35, 1.75)),
        focal=float(rng.uniform(900, 1100)),
        horizon=float(rng.uniform(236, 262)),
    )


def clip_scene(seed: int) -> Scene:
    """Ten seconds of heavy rain on a three-lane road: a lorry overtakes and hides others."""
    road = Road((-LANE_M, 0.0, LANE_M), (-14.8, -11.2), 38.0)
    left, right = -LANE_M, LANE_M
    vehicles = (
        Vehicle(_TRUCK, 2, 1, left, -3.0, 3.3),
        Vehicle(_CAR, 2, 8, right, 18.0, -0.35, shift=Shift(-0.5, 3.0, 5.0), surge=0.8),
        Vehicle(_MOTORCYCLE, 2, 2, -0.9, 13.5, 0.45, shift=Shift(1.1, 4.0, 8.0), surge=0.7),
        Vehicle(_CAR, 0, 2, 0.3, 27.0, 0.15, surge=1.2),
        Vehicle(_CAR, 1, 3, left, 28.0, 0.7, surge=1.0),
        Vehicle(_TRUCK, 0, 0, right, 36.0, -0.8, surge=0.5),
        Vehicle(_CAR, 0, 0, left, 50.0, -0.2, surge=0.6),
        Vehicle(_BUS, 0, 0, 0.2, 56.0, -0.4, surge=0.8),
        Vehicle(_CAR, 1, 5, right, 62.0, -0.6),
        *_oncoming_stream(seed, road),
    )
    weather = Weather(rain=1.0, wet=1.0, spray=1.0, drops=34, haze=150.0, wiper=1.9)
    return Scene(
        seed=seed, road=road, light=LIGHTS[1], weather=weather, vehicles=vehicles, bend=0.0005
    )


def _oncoming_stream(seed: int, road: Road) -> list[Vehicle]:
    """Traffic the other way, closing at the sum of both speeds for the whole clip."""
    rng = np.random.default_rng(seed)
    stream: list[Vehicle] = []
    for lane in road.oncoming:
        z = float(rng.uniform(30, 60))
        while z < 560:
            kind = int(rng.choice(4, p=(0.62, 0.05, 0.10, 0.23)))
            form, paint = random_looks(rng, kind)
            stream.append(Vehicle(kind, form, paint, lane, z, -46.0, oncoming=True))
            z += float(rng.uniform(26, 80))
    return stream
