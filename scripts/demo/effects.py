"""What lies between the traffic and the sensor: spray, glow, rain, drops and the wiper."""

import cv2
import numpy as np
from numpy.typing import NDArray

from scripts.demo.painter import Painter, Picture, blend
from scripts.demo.world import Scene

FRAME_S = 0.04
_STROKE_S = 0.36
_SPAN_RAD, _REST_RAD = 1.25, -2.0
# How far into its period the wiper is when the clip starts.
_FIRST_STROKE = 0.55

# Far, middle and near rain: streaks, length (px), thickness (px), brightness, blur (px).
_STREAKS = ((520, 16, 1, 70, 0.6), (150, 38, 1, 105, 0.8), (26, 90, 2, 90, 1.6))


def spray(painter: Painter, scene: Scene, index: int, time: float) -> None:
    """Clouds of water trailing a vehicle, in bursts where it meets standing water."""
    strength = scene.weather.spray
    vehicle = scene.vehicles[index]
    mesh = vehicle.mesh
    x, z = vehicle.place(time)
    weight = min(1.0, mesh.height * mesh.half_width / 3.0)
    burst = _burst(scene.seed, index, time)
    rng = np.random.default_rng((scene.seed, index, round(time / FRAME_S)))
    back = 1.0 if vehicle.oncoming else -1.0
    for k in range(6):
        side = (k % 2 * 2 - 1) * mesh.half_width * 0.8
        reach = (k // 2) * 0.9 + rng.uniform(0, 0.7)
        radius = (0.45 + 0.38 * reach) * (0.6 + 0.8 * weight) * (0.8 + 0.5 * burst)
        alpha = strength * (0.16 + 0.26 * weight) * (0.7 + 1.6 * burst) / (1 + 0.35 * reach)
        spot = (x + side + rng.normal(0, 0.15), 0.30 + 0.4 * radius)
        at = z + back * (mesh.length / 2 + reach)
        painter.puff(*spot, at, radius, min(alpha, 0.9), int(rng.integers(8)))


def _burst(seed: int, index: int, time: float) -> float:
    """Zero most of the time, up to 1 for a few tenths of a second."""
    phase = np.random.default_rng((seed, index)).uniform(0, 40, 3)
    wave = sum(np.sin(rate * time + p) for rate, p in zip((2.1, 3.7, 7.9), phase, strict=True))
    return float(np.clip((wave - 1.35) / 0.9, 0, 1))


def bloom(picture: Picture, glow: Picture, wet: float) -> None:
    """Spread the lamps' light, in place; wet air spreads it wider."""
    height, width = glow.shape[:2]
    small = cv2.resize(glow, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    halo = cv2.GaussianBlur(small, (0, 0), 2.0).astype(np.float32) * 0.9
    halo += cv2.GaussianBlur(small, (0, 0), 7.0 + 4 * wet).astype(np.float32) * 1.1
    wide = cv2.resize(halo, (width, height), interpolation=cv2.INTER_LINEAR)
    cv2.add(picture, np.clip(wide, 0, 255).astype(np.uint8), dst=picture)


def rain(picture: Picture, scene: Scene, time: float) -> None:
    """Streaks that fall faster and longer the nearer they are, in place."""
    strength = scene.weather.rain
    if strength <= 0:
        return
    height, width = picture.shape[:2]
    rng = np.random.default_rng((scene.seed, round(time / FRAME_S), 11))
    veil = np.zeros((height, width), np.uint8)
    for count, length, thickness, tone, softness in _STREAKS:
        layer = np.zeros_like(veil)
        amount = int(count * strength)
        starts = rng.uniform((-40, -80), (width + 40, height), (amount, 2))
        fan = (starts[:, :1] - width / 2) * 0.00045 + 0.10
        size = length * rng.uniform(0.6, 1.2, (amount, 1))
        ends = starts + np.concatenate((fan * size, size), axis=1)
        lines = (np.stack((starts, ends), axis=1) * 16).astype(np.int32)
        cv2.polylines(layer, list(lines), False, tone, thickness, cv2.LINE_AA, 4)
        cv2.add(veil, cv2.GaussianBlur(layer, (0, 0), softness), dst=veil)
    mist = strength * 0.10
    alpha = veil.astype(np.float32) / 255 + mist
    blend(picture, np.clip(alpha, 0, 1), 0, 0, np.array(scene.light.horizon))


def _strokes(scene: Scene, time: float) -> tuple[int, float]:
    """How many strokes the wiper has begun, and seconds since the last began."""
    period = scene.weather.wiper
    since = time + _FIRST_STROKE * period
    return int(since / period), since % period


def _angle(phase: float) -> float:
    """The blade's angle from upright (rad): across and back, then at rest out of sight."""
    stroke = np.clip(phase / _STROKE_S, 0, 2)
    part = stroke if stroke <= 1 else 2 - stroke
    return float(_SPAN_RAD * (2 * part - 1)) if 0 < stroke < 2 else _REST_RAD


def drops(picture: Picture, scene: Scene, time: float) -> None:
    """Beads on the windscreen, each showing a small blurred picture upside down, in place.

    A bead lasts until the wiper's next stroke.
    """
    if not scene.weather.drops:
        return
    height, width = picture.shape[:2]
    period = scene.weather.wiper
    stroke, phase = _strokes(scene, time) if period else (0, 0.0)
    wiped, age = (2 * _STROKE_S / period, phase / period) if period else (0.0, 1.0)
    rng = np.random.default_rng((scene.seed, stroke, 23))
    soft = np.asarray(cv2.blur(picture, (9, 9)), np.uint8)
    for _ in range(scene.weather.drops):
        x, y, radius = rng.uniform(0, width), rng.uniform(0, height), rng.gamma(3.0, 1.7) + 2.5
        if rng.uniform(wiped, 1) < age:
            _bead(picture, soft, int(x), int(y), int(min(radius, 15)))


def _bead(picture: Picture, soft: Picture, x: int, y: int, radius: int) -> None:
    height, width = picture.shape[:2]
    if not (radius < x < width - radius and radius < y < height - radius):
        return
    wide = min(3 * radius, x, y, width - x, height - y)
    source = soft[y - wide : y + wide, x - wide : x + wide][::-1, ::-1]
    size = 2 * radius
    image = cv2.resize(source, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32)
    span = np.linspace(-1, 1, size, dtype=np.float32)
    distance = np.hypot(span[None, :], span[:, None])
    alpha = np.clip((1 - distance) * radius * 0.5, 0, 0.88)[..., None]
    image = image * 0.9 + 24 + (16 * span[:, None] - 22 * distance**4)[..., None]
    area = picture[y - radius : y + radius, x - radius : x + radius]
    area[:] = np.clip(area * (1 - alpha) + image * alpha, 0, 255).astype(np.uint8)


def wiper(picture: Picture, scene: Scene, time: float) -> None:
    """A blade near the lens, smeared by its own speed over the exposure, in place."""
    if not scene.weather.wiper:
        return
    _, phase = _strokes(scene, time)
    if not 0 < phase < 2 * _STROKE_S:
        return
    height, width = picture.shape[:2]
    shade = np.zeros((height // 2, width // 2), np.float32)
    steps = 8
    for k in range(steps):
        blade = np.zeros(shade.shape, np.uint8)
        outline = _blade(_angle(phase + 0.45 * FRAME_S * k / steps), width / 2, height / 2)
        cv2.fillConvexPoly(blade, outline, 255, cv2.LINE_AA, 4)
        shade += blade.astype(np.float32) / (255 * steps)
    shade = cv2.GaussianBlur(shade, (0, 0), 2.2)
    alpha = cv2.resize(shade, (width, height), interpolation=cv2.INTER_LINEAR)
    blend(picture, np.clip(alpha * 0.93, 0, 1), 0, 0, np.array((30.0, 28.0, 27.0)))


def _blade(angle: float, width: float, height: float) -> NDArray[np.int32]:
    """Corners (4, 2) of the blade in sixteenths of a pixel."""
    pivot = np.array((0.42 * width, 1.12 * height))
    along = np.array((np.sin(angle), -np.cos(angle)))
    across = np.array((along[1], -along[0]))
    far = pivot + along * 1.22 * height
    corners = (pivot - across * 7, pivot + across * 7, far + across * 5, far - across * 5)
    return (np.array(corners) * 16).astype(np.int32)
