"""What stands along the road: trees, buildings, lamps, rails and signs, for ever."""

from collections.abc import Callable, Iterator

import numpy as np

from scripts.demo.camera import Points
from scripts.demo.mesh import Colour
from scripts.demo.painter import Painter
from scripts.demo.world import Scene

Prop = tuple[float, Callable[[Painter], None]]

_SIGHT_M = 230.0
_STEEL: Colour = (150, 148, 144)


def _every(scene: Scene, time: float, spacing: float, salt: int) -> Iterator[tuple[float, int]]:
    """Distance ahead (m) and a lasting number of each thing that recurs along the road."""
    gone = scene.travelled(time)
    first = int(np.floor((gone + 2.5) / spacing)) + 1
    for index in range(first, int((gone + _SIGHT_M) / spacing) + 1):
        yield index * spacing - gone, scene.seed * 7919 + salt * 104729 + index


def _upright(x: float, z: float, half: float, low: float, high: float) -> Points:
    corners = [(x - half, low, z), (x + half, low, z), (x + half, high, z), (x - half, high, z)]
    return np.array(corners)


def _tree(x: float, z: float, number: int) -> Callable[[Painter], None]:
    rng = np.random.default_rng(number)
    height, tone = rng.uniform(6, 13), rng.uniform(0.7, 1.05)
    blobs = rng.uniform(-1, 1, (7, 3))
    conifer = bool(rng.random() < 0.4)
    turn = np.linspace(0, 2 * np.pi, 11, endpoint=False)

    def paint(painter: Painter) -> None:
        painter.polygon(_upright(x, z, 0.22, 0, height * 0.5), (48, 58, 66))
        if conifer:
            for k in range(3):
                low, half = height * (0.16 + 0.24 * k), height * (0.22 - 0.05 * k)
                tip = (x, low + height * 0.40, z)
                shape = np.array([(x - half, low, z), (x + half, low, z), tip])
                painter.polygon(shape, _scaled((58, 76, 54), tone * (0.86 + 0.12 * k)))
            return
        for across, up, size in blobs:
            radius = height * (0.20 + 0.06 * size)
            ring = np.stack((np.cos(turn), 0.9 * np.sin(turn), np.zeros(11)), axis=1) * radius
            middle = np.array((x + across * height * 0.17, height * (0.66 + 0.17 * up), z))
            painter.polygon(ring + middle, _scaled((54, 88, 78), tone * (0.94 + 0.16 * up)))

    return paint


def _scaled(colour: Colour, factor: float) -> Colour:
    return colour[0] * factor, colour[1] * factor, colour[2] * factor


def _building(x: float, z: float, number: int) -> Callable[[Painter], None]:
    rng = np.random.default_rng(number)
    half, height, depth = rng.uniform(6, 13), rng.uniform(7, 16), rng.uniform(10, 20)
    wall = _scaled((132, 138, 146), rng.uniform(0.7, 1.1))
    lit = rng.random((12, 8)) < 0.25

    def paint(painter: Painter) -> None:
        near = x + half if x < 0 else x - half
        flank = [(near, 0, z), (near, 0, z + depth), (near, height, z + depth), (near, height, z)]
        painter.polygon(np.array(flank), _scaled(wall, 0.82))
        painter.polygon(_upright(x, z, half, 0, height), wall)
        for i in range(int(half * 2 / 3)):
            for j in range(int(height / 3.2)):
                spot = _upright(x - half + 2 + 3 * i, z - 0.01, 0.75, 3.2 * j + 1, 3.2 * j + 2.5)
                painter.polygon(spot, (138, 178, 196) if lit[i, j] else (96, 92, 88))

    return paint


def _lamp(x: float, z: float, lean: float) -> Callable[[Painter], None]:
    def paint(painter: Painter) -> None:
        painter.polygon(_upright(x, z, 0.16, 0, 1.1), (122, 120, 116))
        painter.polygon(_upright(x, z, 0.10, 0, 9.0), (112, 110, 106))
        painter.polygon(_upright(x + lean * 0.9, z, 0.95, 8.9, 9.05), (112, 110, 106))
        head = _upright(x + lean * 1.9, z, 0.35, 8.8, 8.95)
        painter.polygon(head, (190, 222, 240), glow=0.7)

    return paint


def _rail(x: float, z: float, length: float) -> Callable[[Painter], None]:
    def band(low: float, high: float) -> Points:
        end = z + length
        return np.array([(x, low, z), (x, low, end), (x, high, end), (x, high, z)])

    def paint(painter: Painter) -> None:
        painter.polygon(_upright(x, z + length - 0.1, 0.07, 0, 0.7), (96, 94, 92))
        painter.polygon(band(0.48, 0.80), _STEEL)
        painter.polygon(band(0.61, 0.67), _scaled(_STEEL, 0.74))

    return paint


def _sign(x: float, z: float, number: int) -> Callable[[Painter], None]:
    tall = 1.4 + 0.8 * (number % 3)
    panel: Colour = ((150, 88, 30), (84, 116, 30))[number % 2]

    def paint(painter: Painter) -> None:
        for side in (-0.9, 0.9):
            painter.polygon(_upright(x + side, z, 0.08, 0, 2.4), (118, 116, 112))
        painter.polygon(_upright(x, z, 1.7, 2.1, 2.1 + tall), (228, 230, 230))
        painter.polygon(_upright(x, z, 1.62, 2.18, 2.02 + tall), panel)
        for k in range(int(tall / 0.6)):
            text = _upright(x - 0.3, z, 0.9 - 0.2 * (k % 2), 2.45 + 0.6 * k, 2.65 + 0.6 * k)
            painter.polygon(text, (222, 226, 226))

    return paint


def _gantry(left: float, right: float, z: float) -> Callable[[Painter], None]:
    def paint(painter: Painter) -> None:
        for x in (left, right):
            painter.polygon(_upright(x, z, 0.18, 0, 7.2), (128, 126, 122))
        painter.polygon(
            _upright((left + right) / 2, z, (right - left) / 2, 6.7, 7.2), (120, 118, 114)
        )
        for part in (0.28, 0.72):
            x = left + (right - left) * part
            painter.polygon(_upright(x, z, 2.3, 5.5, 7.9), (226, 228, 228))
            painter.polygon(_upright(x, z, 2.2, 5.6, 7.8), (156, 92, 34))
            painter.polygon(_upright(x - 0.4, z, 1.3, 6.9, 7.25), (222, 226, 226))
            painter.polygon(_upright(x - 0.7, z, 1.0, 6.2, 6.55), (222, 226, 226))

    return paint


def props(scene: Scene, time: float) -> Iterator[Prop]:
    """Distance (m) and painter of everything along the road."""
    left, right = scene.road.near_edges
    far_left, far_right = scene.road.far_edges
    median = (left + far_right) / 2
    for z, number in _every(scene, time, 9.0, 1):
        for side, edge in ((1, right + 9), (-1, far_left - 8)):
            offset = ((number * 2654435761 + side * 97) % 1000) / 1000
            yield z, _tree(edge + side * 22 * offset, z, number * 2 + side)
    for z, number in _every(scene, time, 75.0, 2):
        if number % 3:
            side = 1 if number % 2 else -1
            yield z, _building((right + 30 if side > 0 else far_left - 34), z, number)
    for z, _ in _every(scene, time, scene.road.lamps, 3):
        yield z, _lamp(median, z, 1.0)
    for z, number in _every(scene, time, 110.0, 4):
        yield z, _sign(right + 5.0, z, number)
    for z, _ in _every(scene, time, 420.0, 5):
        yield z, _gantry(median, right + 3.4, z)
    for z, _ in _every(scene, time, 4.0, 6):
        if z < 130:
            yield z, _rail(right + 2.7, z, 4.0)
            yield z, _rail(median, z, 4.0)
