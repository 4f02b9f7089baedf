"""A frame of a scene, and the boxes that are true of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from scripts.demo import effects
from scripts.demo.backdrop import paint_ground, paint_sky
from scripts.demo.camera import Camera
from scripts.demo.painter import Painter, Picture, Plane
from scripts.demo.roadside import props
from scripts.demo.world import Scene

WIDTH, HEIGHT = 960, 540
MIN_VISIBLE = 0.25
MIN_WIDTH_PX, MIN_HEIGHT_PX = 8, 12
_SIGHT_M = 130.0


@dataclass(frozen=True)
class Truth:
    """A vehicle in sight: its class and visible extent, xyxy pixels, origin top-left."""

    vehicle: int
    kind: int
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class Frame:
    """A picture (HEIGHT, WIDTH, 3) in BGR, its id buffer (see Painter) and its true boxes."""

    picture: Picture
    ids: Plane
    truths: tuple[Truth, ...]


def scene_camera(scene: Scene, time: float) -> Camera:
    """The dash-cam, nodding a little on its mount."""
    nod = 1.2 * np.sin(7.3 * time) + 0.8 * np.sin(11.9 * time + 1.0)
    return Camera(WIDTH, HEIGHT, scene.focal, scene.horizon + nod, scene.eye, scene.bend)


def render(scene: Scene, time: float = 0.0) -> Frame:
    """The scene `time` seconds after its start."""
    camera = scene_camera(scene, time)
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    paint_sky(scene, camera, picture)
    paint_ground(scene, camera, time, picture, _reflection(scene, camera, time, picture))
    _shadows(scene, camera, time, picture)
    painter = Painter(camera, scene.light, scene.weather.haze, picture)
    _paint_things(painter, scene, time)
    effects.bloom(picture, painter.glow, scene.weather.wet)
    effects.rain(picture, scene, time)
    effects.drops(picture, scene, time)
    effects.wiper(picture, scene, time)
    return Frame(picture, painter.ids, tuple(_truths(scene, painter)))


def _paint_things(painter: Painter, scene: Scene, time: float) -> None:
    """Vehicles, their spray and what stands by the road, far to near."""
    things: list[tuple[float, Callable[[Painter], None]]] = list(props(scene, time))
    for index, vehicle in enumerate(scene.vehicles):
        x, z = vehicle.place(time)
        if -vehicle.mesh.length < z < _SIGHT_M:
            body = partial(
                Painter.vehicle,
                mesh=vehicle.mesh,
                x=x,
                z=z,
                oncoming=vehicle.oncoming,
                ident=index + 1,
            )
            things.append((z, body))
            rear = z + vehicle.mesh.length / 2 * (1 if vehicle.oncoming else -1)
            if scene.weather.spray and not painter.mirror:
                things.append((rear, partial(effects.spray, scene=scene, index=index, time=time)))
    for _, paint in sorted(things, key=lambda thing: -thing[0]):
        paint(painter)


def _reflection(scene: Scene, camera: Camera, time: float, sky: Picture) -> Picture:
    """The world upside down below the horizon, smeared as by a wet road; same shape as `sky`."""
    half = replace(
        camera,
        width=WIDTH // 2,
        height=HEIGHT // 2,
        focal=camera.focal / 2,
        horizon=camera.horizon / 2,
    )
    turn = np.clip(2 * int(camera.horizon) - np.arange(HEIGHT), 0, HEIGHT - 1)
    small = cv2.resize(sky[turn], (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    mirrored = np.asarray(small, np.uint8)
    painter = Painter(half, scene.light, scene.weather.haze, mirrored, mirror=True)
    _paint_things(painter, scene, time)
    cv2.add(mirrored, painter.glow, dst=mirrored)
    smeared = cv2.blur(cv2.blur(mirrored, (3, 17)), (3, 11))
    large = cv2.resize(smeared, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.uint8)


def _shadows(scene: Scene, camera: Camera, time: float, picture: Picture) -> None:
    """Darken the road under every vehicle, softly, in place."""
    shade: NDArray[np.uint8] = np.zeros((HEIGHT, WIDTH), np.uint8)
    for vehicle in scene.vehicles:
        x, z = vehicle.place(time)
        mesh = vehicle.mesh
        if not 0 < z + mesh.length / 2 < _SIGHT_M:
            continue
        wide, end = mesh.half_width + 0.12, mesh.length / 2 + 0.15
        corners = [(-wide, -end), (wide, -end), (wide, end), (-wide, end)]
        outline = camera.outline(np.array([(x + dx, 0.0, z + dz) for dx, dz in corners]))
        if len(outline) >= 3:
            pixels = (np.clip(outline, -30_000, 30_000) * 16).astype(np.int32)
            cv2.fillConvexPoly(shade, pixels, 190, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(shade, (0, 0), 4.0).astype(np.float32) / 255
    picture[:] = (picture * (1 - soft[..., None])).astype(np.uint8)


def _truths(scene: Scene, painter: Painter) -> list[Truth]:
    """What is seen of each vehicle, unless it is mostly hidden or too small."""
    found: list[Truth] = []
    for ident, whole in painter.whole.items():
        seen = (painter.ids == ident).astype(np.uint8)
        if not whole or cv2.countNonZero(seen) < MIN_VISIBLE * whole:
            continue
        x, y, width, height = cv2.boundingRect(seen)
        if width >= MIN_WIDTH_PX and height >= MIN_HEIGHT_PX:
            kind = scene.vehicles[ident - 1].kind
            found.append(Truth(ident - 1, kind, (x, y, x + width, y + height)))
    return found
