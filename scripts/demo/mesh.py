"""Flat-shaded meshes built of frusta, and the order in which their faces hide each other.

Vehicle frame: metres, x right, y up from the ground, z forward, origin under the middle.
Colours are BGR in [0, 255].
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scripts.demo.camera import Points

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Face:
    """A convex polygon, shape (N, 3), anticlockwise seen from outside.

    `glow` faces keep their colour in any light and feed the bloom.
    """

    points: Points
    colour: Colour
    glow: float = 0.0


@dataclass(frozen=True)
class Slab:
    """A horizontal rectangle: half width, rear z, front z and height, in metres."""

    half: float
    rear: float
    front: float
    y: float
    x: float = 0.0

    def corners(self) -> Points:
        """Rear-left, rear-right, front-right, front-left; shape (4, 3)."""
        left, right = self.x - self.half, self.x + self.half
        return np.array(
            [
                (left, self.y, self.rear),
                (right, self.y, self.rear),
                (right, self.y, self.front),
                (left, self.y, self.front),
            ]
        )


# Corner indices into (bottom slab, top slab): bottom-left, bottom-right, top-right, top-left.
_SIDES = {
    "rear": (0, 1, 5, 4),
    "right": (1, 2, 6, 5),
    "front": (2, 3, 7, 6),
    "left": (3, 0, 4, 7),
    "top": (4, 5, 6, 7),
}


class Solid:
    """A frustum between two slabs, with rectangles stuck on its faces."""

    def __init__(self, bottom: Slab, top: Slab, colour: Colour) -> None:
        corners = np.concatenate((bottom.corners(), top.corners()))
        self._quads = {name: corners[list(index)] for name, index in _SIDES.items()}
        self._colour = colour
        self._decals: list[Face] = []

    def decal(
        self,
        side: str,
        across: tuple[float, float],
        up: tuple[float, float],
        colour: Colour,
        glow: float = 0.0,
    ) -> "Solid":
        """Stick a rectangle on a side; `across` and `up` are fractions seen from outside."""
        low_left, low_right, top_right, top_left = self._quads[side]
        spots = ((across[0], up[0]), (across[1], up[0]), (across[1], up[1]), (across[0], up[1]))
        points = [
            (1 - v) * ((1 - u) * low_left + u * low_right)
            + v * ((1 - u) * top_left + u * top_right)
            for u, v in spots
        ]
        self._decals.append(Face(np.array(points), colour, glow))
        return self

    def decals(
        self,
        side: str,
        spans: Iterable[tuple[float, float]],
        up: tuple[float, float],
        colour: Colour,
        glow: float = 0.0,
    ) -> "Solid":
        """Stick one rectangle for each span."""
        for across in spans:
            self.decal(side, across, up, colour, glow)
        return self

    def faces(self) -> list[Face]:
        """The sides, then what is stuck on them: a convex solid needs no other order."""
        return [Face(quad, self._colour) for quad in self._quads.values()] + self._decals


def wheel(x: float, z: float, radius: float, width: float, colour: Colour) -> list[Face]:
    """A tyre's tread, its centre `radius` above the ground; the discs come from `hub`."""
    angles = np.linspace(0, 2 * np.pi, 13)
    y, along = radius + radius * np.sin(angles), z + radius * np.cos(angles)
    left, right = x - width / 2, x + width / 2
    return [
        Face(
            np.array(
                [
                    (left, y[k], along[k]),
                    (left, y[k + 1], along[k + 1]),
                    (right, y[k + 1], along[k + 1]),
                    (right, y[k], along[k]),
                ]
            ),
            colour,
        )
        for k in range(12)
    ]


def hub(x: float, z: float, radius: float, tyre: Colour, rim: Colour) -> list[Face]:
    """The outer disc of a wheel, facing away from the vehicle's middle plane."""
    return [_disc(x, z, radius, radius, tyre), _disc(x * 1.002, z, radius, 0.62 * radius, rim)]


def _disc(x: float, z: float, centre: float, radius: float, colour: Colour) -> Face:
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False) * (1 if x > 0 else -1)
    points = (np.full(16, x), centre + radius * np.sin(turn), z + radius * np.cos(turn))
    return Face(np.stack(points, axis=1), colour)


@dataclass(frozen=True)
class Group:
    """Faces in painting order, standing together at `z` (m) along the vehicle."""

    z: float
    faces: tuple[Face, ...]


@dataclass(frozen=True)
class Mesh:
    """A vehicle: its groups are painted far to near, its faces in the order they were given.

    The derived arrays are flat over all groups: `points` (V, 3), `following` (V,) the index of
    the next corner of the same face, `starts` (F + 1,) where each face's corners begin.
    """

    half_width: float
    length: float
    height: float
    groups: tuple[Group, ...]
    faces: tuple[Face, ...] = field(init=False, repr=False)
    points: Points = field(init=False, repr=False)
    starts: NDArray[np.int64] = field(init=False, repr=False)
    following: NDArray[np.int64] = field(init=False, repr=False)
    shades: tuple[tuple[float, float], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        faces = tuple(face for group in self.groups for face in group.faces)
        starts = np.cumsum([0] + [len(face.points) for face in faces])
        following = np.arange(1, starts[-1] + 1)
        following[starts[1:] - 1] = starts[:-1]
        object.__setattr__(self, "faces", faces)
        object.__setattr__(self, "points", np.concatenate([face.points for face in faces]))
        object.__setattr__(self, "starts", starts)
        object.__setattr__(self, "following", following)
        object.__setattr__(self, "shades", tuple(_shade(face) for face in faces))

    def order(self, turn: float) -> list[int]:
        """Face indices as painted: `turn` is 1 seen from behind, -1 seen from ahead."""
        sizes = [len(group.faces) for group in self.groups]
        ends = np.cumsum(sizes)
        nearest_last = sorted(range(len(sizes)), key=lambda k: -turn * self.groups[k].z)
        return [i for k in nearest_last for i in range(ends[k] - sizes[k], ends[k])]


def _shade(face: Face) -> tuple[float, float]:
    """How much of the overcast light a face gets, and how much sky it mirrors."""
    a, b, c = face.points[:3]
    normal = -np.cross(b - a, c - b)
    normal /= np.linalg.norm(normal) + 1e-9
    up = float(normal[1])
    return 0.72 + 0.30 * up + 0.10 * float(normal[0]), 0.30 * max(up, 0.0) ** 2
