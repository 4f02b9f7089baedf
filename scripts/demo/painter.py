"""Paints faces into a picture and into the id buffer that the true boxes come from."""

import math
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from scripts.demo.camera import NEAR_M, Camera, Points
from scripts.demo.mesh import Colour, Mesh
from scripts.demo.world import Light

Picture = NDArray[np.uint8]
Plane = NDArray[np.uint8]

_SHIFT = 4
_FAR_PX = 30_000.0
_TINY_PX = 0.5


class Painter:
    """A picture (height, width, 3) in BGR, painted far to near.

    `ids` (height, width) holds 1 + the index of the vehicle seen at a pixel, 0 where there is
    none; `whole` how many pixels of the picture each id would fill if nothing hid it; `glow`
    what shines by itself. With `mirror` everything is painted upside down, as seen
    in a wet road, and no ids are kept.
    """

    def __init__(
        self, camera: Camera, light: Light, haze: float, picture: Picture, mirror: bool = False
    ) -> None:
        self.camera, self.picture, self.mirror = camera, picture, mirror
        self.ids: Plane = np.zeros(picture.shape[:2], np.uint8)
        self.glow: Picture = np.zeros_like(picture)
        self.whole: dict[int, int] = {}
        self._silhouette: Plane = np.zeros(picture.shape[:2], np.uint8)
        self._level, self._haze = light.level, haze
        self._air = np.array(light.horizon)

    def polygon(self, points: Points, colour: Colour, glow: float = 0.0) -> None:
        """A convex polygon, shape (N, 3) in the road frame, that hides what is behind it."""
        outline = self.camera.outline(self._seen(points))
        if len(outline) < 3:
            return
        z = float(points[:, 2].mean())
        pixels = _fixed(outline)
        self._fill(pixels, self._through_air(np.array(colour) * self._level, z), glow, colour, z)
        if not self.mirror:
            cv2.fillConvexPoly(self.ids, pixels, 0, shift=_SHIFT)

    def vehicle(self, mesh: Mesh, x: float, z: float, oncoming: bool, ident: int) -> None:
        """A whole vehicle, its middle at `x`, `z`; `ident` is what it leaves in `ids`."""
        turn = -1.0 if oncoming else 1.0
        points = mesh.points * np.array((turn, 1.0, turn)) + np.array((x, 0.0, z))
        if points[:, 2].max() < NEAR_M:
            return
        points = self._seen(points)
        self._silhouette[:] = 0
        outlines = self._outlines(mesh, points)
        depths = np.add.reduceat(points[:, 2], mesh.starts[:-1]) / np.diff(mesh.starts)
        for k in mesh.order(turn):
            pixels = outlines.get(k)
            if pixels is None:
                continue
            face, depth = mesh.faces[k], float(depths[k])
            lit = np.array(face.colour) if face.glow else self._lit(face.colour, *mesh.shades[k])
            self._fill(pixels, self._through_air(lit, depth), face.glow, face.colour, depth)
            if not self.mirror:
                cv2.fillConvexPoly(self._silhouette, pixels, 255, shift=_SHIFT)
        if not self.mirror:
            seen = self._silhouette > 0
            self.whole[ident] = int(np.count_nonzero(seen))
            self.ids[seen] = ident

    def _outlines(self, mesh: Mesh, points: Points) -> dict[int, NDArray[np.int32]]:
        """Fixed-point outlines of the faces turned to the camera, by face index."""
        spans = [slice(a, b) for a, b in zip(mesh.starts[:-1], mesh.starts[1:], strict=True)]
        if points[:, 2].min() < NEAR_M:
            cut = {k: self.camera.outline(points[span]) for k, span in enumerate(spans)}
            turned = {k: line for k, line in cut.items() if len(line) > 2 and self._turned(line)}
            return {k: _fixed(line) for k, line in turned.items()}
        flat = self.camera.project(points)
        after = flat[mesh.following]
        cross = flat[:, 0] * after[:, 1] - after[:, 0] * flat[:, 1]
        areas = np.add.reduceat(cross, mesh.starts[:-1]) * (1 if self.mirror else -1)
        pixels = _fixed(flat)
        return {int(k): pixels[spans[k]] for k in np.flatnonzero(areas > _TINY_PX)}

    def _fill(
        self, pixels: NDArray[np.int32], colour: Colour, glow: float, source: Colour, z: float
    ) -> None:
        cv2.fillConvexPoly(self.picture, pixels, colour, cv2.LINE_AA, _SHIFT)
        fade = glow * math.exp(-z / (2 * self._haze))
        shine = (source[0] * fade, source[1] * fade, source[2] * fade)
        cv2.fillConvexPoly(self.glow, pixels, shine, cv2.LINE_AA, _SHIFT)

    def _seen(self, points: Points) -> Points:
        return points * np.array((1.0, -1.0, 1.0)) if self.mirror else points

    def _turned(self, outline: Points) -> bool:
        """Whether the face with this outline shows its outer side."""
        after = np.roll(outline, -1, axis=0)
        area = float((outline[:, 0] * after[:, 1] - after[:, 0] * outline[:, 1]).sum())
        return area > 0 if self.mirror else area < 0

    def _lit(self, colour: Colour, shade: float, sheen: float) -> NDArray[np.float64]:
        return np.array(colour) * (self._level * shade * (1 - sheen)) + self._air * sheen

    def _through_air(self, colour: NDArray[np.float64], z: float) -> Colour:
        clear = math.exp(-z / self._haze)
        return _bgr(colour * clear + self._air * (1 - clear))

    def puff(self, x: float, y: float, z: float, radius: float, strength: float, form: int) -> None:
        """A soft cloud of spray: it veils, but hides no vehicle from the truth."""
        if z < 1.5:
            return
        u, v = self.camera.project(self._seen(np.array([(x, y, z)])))[0]
        size = int(min(2 * radius * self.camera.focal / z, 420))
        if size < 3:
            return
        veil = cv2.resize(cloud(form), (size, size), interpolation=cv2.INTER_LINEAR)
        blend(self.picture, veil * strength, int(u) - size // 2, int(v) - size // 2, self._air)


def _bgr(colour: NDArray[np.float64]) -> Colour:
    return float(colour[0]), float(colour[1]), float(colour[2])


def _fixed(outline: Points) -> NDArray[np.int32]:
    """Fixed-point coordinates for cv2, whose whole numbers are pixel centres."""
    return np.round((np.clip(outline, -_FAR_PX, _FAR_PX) - 0.5) * (1 << _SHIFT)).astype(np.int32)


@lru_cache(maxsize=8)
def cloud(form: int) -> NDArray[np.float32]:
    """A ragged soft disc, shape (96, 96), in [0, 1]."""
    rng = np.random.default_rng(form)
    y, x = np.mgrid[-1:1:96j, -1:1:96j]
    disc = np.clip(1 - np.hypot(x, y), 0, 1) ** 1.3
    rough = cv2.resize(
        rng.random((9, 9), dtype=np.float32), (96, 96), interpolation=cv2.INTER_CUBIC
    )
    return np.asarray(disc * np.clip(0.25 + 1.2 * rough, 0, 1), np.float32)


def blend(
    picture: Picture,
    alpha: NDArray[np.float32],
    left: int,
    top: int,
    colour: NDArray[np.float64],
) -> None:
    """Mix `colour` into the picture by `alpha` (h, w), whose corner is at `left`, `top`."""
    height, width = picture.shape[:2]
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + alpha.shape[1], width), min(top + alpha.shape[0], height)
    if x0 >= x1 or y0 >= y1:
        return
    part = alpha[y0 - top : y1 - top, x0 - left : x1 - left, None]
    area = picture[y0:y1, x0:x1]
    area[:] = (area * (1 - part) + colour.astype(np.float32) * part).astype(np.uint8)
