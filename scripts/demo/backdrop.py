"""The sky, and the road with its wetness: everything behind what stands and drives."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from scripts.demo.camera import Camera
from scripts.demo.painter import Picture
from scripts.demo.world import Scene

Floats = NDArray[np.float32]

_STRIP_M, _SHOULDER_M = 0.9, 2.2


@lru_cache(maxsize=16)
def _noise(seed: int, cells: int) -> Floats:
    """Smooth noise that tiles, shape (256, 256), in [0, 1]."""
    rng = np.random.default_rng(seed)
    coarse = rng.random((cells, cells), dtype=np.float32)
    wrapped = np.pad(coarse, ((2, 2), (2, 2)), mode="wrap")
    step = 256 // cells
    large = cv2.resize(wrapped, None, fx=step, fy=step, interpolation=cv2.INTER_CUBIC)
    tile = large[2 * step : 2 * step + 256, 2 * step : 2 * step + 256]
    return np.asarray(np.clip(tile, 0, 1), np.float32)


def paint_sky(scene: Scene, camera: Camera, picture: Picture) -> None:
    """An overcast gradient with torn clouds and two rows of hills."""
    rows = int(camera.horizon) + 3
    fade = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None] ** 0.8
    zenith, low = np.array(scene.light.zenith), np.array(scene.light.horizon)
    sky = np.broadcast_to(zenith * (1 - fade) + low * fade, (rows, camera.width, 3))
    tile = np.tile(_noise(scene.seed % 7, 8), (1, 2))[:, : int(256 * 1.6)]
    clouds = cv2.resize(tile, (camera.width, rows * 3), interpolation=cv2.INTER_CUBIC)[:rows]
    lift = (clouds[..., None] - 0.5) * 26 * (1 - fade)
    picture[:rows] = np.clip(sky + lift, 0, 255).astype(np.uint8)
    rng = np.random.default_rng(scene.seed + 1)
    for height, part in ((0.085, 0.80), (0.045, 0.62)):
        ridge = cv2.resize(rng.random((1, 14), dtype=np.float32), (camera.width, 1))[0]
        top = camera.horizon - camera.height * height * (0.35 + ridge)
        colour = low * part + np.array(scene.light.grass) * (1 - part) * scene.light.level
        outline = np.stack((np.arange(camera.width), top), axis=1)
        corners = [(camera.width, camera.horizon + 3), (0, camera.horizon + 3)]
        cv2.fillPoly(
            picture, [np.concatenate((outline, corners)).astype(np.int32)], colour.tolist()
        )


def _line(x: Floats, centre: float, width: float, pixel: Floats) -> Floats:
    """How much of a pixel (of width `pixel` m) a painted line covers, in [0, 1]."""
    edge = np.clip((width / 2 - np.abs(x - centre)) / pixel + 0.5, 0, 1)
    return np.asarray(edge * np.minimum(1, width / pixel), np.float32)


def _tiled(tile: Floats, x: Floats, y: Floats) -> Floats:
    """The tile (256, 256) repeated without a seam, read at `x` and `y`."""
    read = cv2.remap(tile, x % 256, y % 256, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return np.asarray(read, np.float32)


@dataclass(frozen=True)
class _Ground:
    """The pixels below the horizon, each plane shaped (rows, width).

    `x` and `along` are metres across and along the road; `size` and `size_along` how many metres
    a pixel covers; `grain` and `patches` noise; `on_road` and `tracks` coverage, all in [0, 1].
    """

    x: Floats
    z: Floats
    along: Floats
    size: Floats
    size_along: Floats
    grain: Floats
    patches: Floats
    on_road: Floats
    tracks: Floats


def _survey(scene: Scene, camera: Camera, time: float) -> _Ground:
    x, z = (plane.astype(np.float32) for plane in camera.ground())
    along = z + np.float32(scene.travelled(time))
    size = z / camera.focal
    return _Ground(
        x=x,
        z=z,
        along=along,
        size=size,
        size_along=z * z / (camera.focal * camera.eye),
        grain=_tiled(_noise(3, 64), x * 24, along * 10) * np.exp(-z / 14),
        patches=_tiled(_noise(5, 8), x * 9, along * 2.5),
        on_road=np.clip(_carriageways(scene, x, size), 0, 1),
        tracks=_tyre_tracks(scene, x),
    )


def _carriageways(scene: Scene, x: Floats, size: Floats) -> Floats:
    """Where there is asphalt: each carriageway with a wide shoulder and a narrow strip."""
    (left, right), (far_left, far_right) = scene.road.near_edges, scene.road.far_edges
    own = _between(x, left - _STRIP_M, right + _SHOULDER_M, size)
    return own + _between(x, far_left - _SHOULDER_M, far_right + _STRIP_M, size)


def _between(x: Floats, left: float, right: float, size: Floats) -> Floats:
    inside = np.clip((right - x) / size, 0, 1) * np.clip((x - left) / size, 0, 1)
    return np.asarray(inside, np.float32)


def _tyre_tracks(scene: Scene, x: Floats) -> Floats:
    """Where tyres have polished the lanes."""
    tracks = np.zeros_like(x)
    for lane in (*scene.road.ahead, *scene.road.oncoming):
        for side in (-0.8, 0.8):
            tracks = np.maximum(tracks, np.exp(-(((x - lane - side) / 0.32) ** 2)))
    return tracks


def _markings(scene: Scene, ground: _Ground) -> Floats:
    """Coverage by road paint, shape (rows, width)."""
    phase = np.abs((ground.along % 12.0) - 6.0)
    dash = np.clip((phase - 4.0) / np.maximum(ground.size_along, 0.05) + 0.5, 0, 1)
    far = np.clip(ground.size_along / 6.0 - 0.4, 0, 1)
    dash = dash * (1 - far) + 0.33 * far
    paint = np.zeros_like(ground.x)
    for lanes, (left, right) in (
        (scene.road.ahead, scene.road.near_edges),
        (scene.road.oncoming, scene.road.far_edges),
    ):
        paint = np.maximum(paint, _line(ground.x, left, 0.2, ground.size))
        paint = np.maximum(paint, _line(ground.x, right, 0.2, ground.size))
        for a, b in pairwise(lanes):
            paint = np.maximum(paint, _line(ground.x, (a + b) / 2, 0.16, ground.size) * dash)
    return paint


def _dry_colours(scene: Scene, ground: _Ground) -> Floats:
    """Asphalt, paint and grass without any gloss, shape (rows, width, 3)."""
    level, wet = scene.light.level, scene.weather.wet
    rough = 0.92 + 0.16 * ground.patches + 0.22 * ground.grain - 0.10 * ground.tracks
    tone = (116 - 34 * wet) * level * rough
    asphalt = tone[..., None] * np.array((1.02, 0.99, 0.97), np.float32)
    grass = np.array(scene.light.grass, np.float32) * level
    verge = grass * (0.72 + 0.3 * ground.patches + 0.5 * ground.grain)[..., None]
    colours = verge + (asphalt - verge) * ground.on_road[..., None]
    paint = (_markings(scene, ground) * (0.78 - 0.2 * wet))[..., None]
    colours += (np.array((216, 222, 222), np.float32) * level - colours) * paint
    return np.asarray(colours, np.float32)


def _gloss(scene: Scene, camera: Camera, ground: _Ground) -> Floats:
    """How much each pixel mirrors: more at a grazing angle, in puddles and in tyre tracks."""
    grazing = (0.16 + 0.62 * np.exp(-camera.eye / ground.z * 12)) * scene.weather.wet
    pooled = 0.55 + 0.5 * ground.patches + 0.30 * ground.tracks
    gloss = np.clip(grazing * np.clip(ground.on_road, 0.05, 1) * pooled, 0, 0.85)
    return np.asarray(gloss, np.float32)[..., None]


def paint_ground(
    scene: Scene, camera: Camera, time: float, picture: Picture, mirrored: Picture
) -> None:
    """Asphalt, paint and grass below the horizon, with `mirrored` shining on what is wet."""
    ground = _survey(scene, camera, time)
    colours = _dry_colours(scene, ground)
    first = camera.first_ground_row
    colours += (mirrored[first:] - colours) * _gloss(scene, camera, ground)
    clear = np.exp(-ground.z / scene.weather.haze)[..., None]
    colours = colours * clear + np.array(scene.light.horizon, np.float32) * (1 - clear)
    picture[first:] = np.clip(colours, 0, 255).astype(np.uint8)
