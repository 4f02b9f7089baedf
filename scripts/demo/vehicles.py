"""The vehicles: saloons, hatchbacks, motorcycles, buses and lorries, each seen from any side."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from scripts.demo.mesh import Colour, Face, Group, Mesh, Slab, Solid, hub, wheel

# COCO's names, so that a model trained elsewhere speaks of the same things.
NAMES = ("car", "motorcycle", "bus", "truck")

BLACK: Colour = (26, 24, 23)
TYRE: Colour = (34, 32, 31)
RIM: Colour = (132, 130, 126)
GLASS: Colour = (62, 54, 46)
GLASS_SHEEN: Colour = (122, 112, 101)
PLATE: Colour = (214, 222, 224)
TAIL: Colour = (44, 38, 226)
HEAD: Colour = (226, 243, 255)
AMBER: Colour = (40, 140, 240)
LORRY_CAB: Colour = (64, 66, 158)
SIDE_BOX: Colour = (58, 56, 54)
REFLECTOR: Colour = (120, 214, 214)

CAR_PAINTS: tuple[Colour, ...] = (
    (196, 194, 190),
    (84, 76, 70),
    (52, 58, 150),
    (146, 98, 52),
    (120, 118, 112),
    (210, 214, 216),
    (86, 110, 70),
    (60, 130, 178),
    (48, 46, 46),
)
BOX_PAINTS: tuple[Colour, ...] = (
    (208, 206, 200),
    (70, 110, 164),
    (146, 112, 64),
    (92, 128, 104),
    (178, 182, 196),
)
JACKETS: tuple[Colour, ...] = ((48, 44, 42), (58, 64, 132), (96, 84, 60))
BUS_PAINTS: tuple[Colour, ...] = ((60, 168, 212), (70, 70, 178), (176, 150, 96), (214, 216, 214))


def _tinted(colour: Colour, factor: float) -> Colour:
    return (colour[0] * factor, colour[1] * factor, colour[2] * factor)


def _axles(half: float, axles: tuple[float, ...], radius: float, width: float) -> list[Face]:
    spots = [(side * (half - width / 2), z) for z in axles for side in (-1, 1)]
    return [face for x, z in spots for face in wheel(x, z, radius, width, TYRE)]


def _hubs(half: float, axles: tuple[float, ...], radius: float) -> list[Face]:
    return [
        face for z in axles for side in (-1, 1) for face in hub(side * half, z, radius, TYRE, RIM)
    ]


@dataclass(frozen=True)
class _CarShape:
    """Metres: the body's length and half width, the window line, the roof, the rear glass's foot
    (behind the middle), how far the roof's edge lies ahead of that foot, and the wheels."""

    length: float
    half: float
    waist: float
    roof: float
    glass_foot: float
    slant: float
    radius: float

    @property
    def end(self) -> float:
        return self.length / 2

    @property
    def axles(self) -> tuple[float, float]:
        return -0.30 * self.length, 0.30 * self.length

    def gutter(self, inset: float, rear: float, front: float, y: float) -> Slab:
        """A slab of the roof, drawn in from its widest by `inset` and at both ends."""
        return Slab(
            self.half - 0.26 - inset,
            -self.glass_foot + self.slant + rear,
            0.03 * self.length - front,
            y,
        )


_SALOON = _CarShape(4.5, 0.89, 0.90, 1.43, 1.30, 0.55, 0.32)
_HATCHBACK = _CarShape(4.0, 0.87, 0.92, 1.47, 1.86, 0.43, 0.31)
_ESTATE = _CarShape(4.6, 0.94, 1.02, 1.66, 1.95, 0.31, 0.36)


def _car_body(shape: _CarShape, paint: Colour) -> list[Face]:
    """Everything below the windows, save the wheels."""
    half, end = shape.half, shape.end
    floor = Solid(
        Slab(half - 0.08, -end + 0.15, end - 0.15, 0.20), Slab(half, -end, end, 0.34), BLACK
    )
    widest = Slab(half + 0.02, -end - 0.03, end + 0.02, 0.60)
    sill = Solid(Slab(half, -end, end, 0.32), widest, paint)
    sill.decal("rear", (0.04, 0.96), (0.0, 0.42), _tinted(paint, 0.5))
    sill.decal("front", (0.10, 0.90), (0.05, 0.55), BLACK)
    sill.decal("rear", (0.36, 0.64), (0.50, 0.98), PLATE)
    sill.decal("front", (0.37, 0.63), (0.45, 0.90), PLATE)
    shoulder = Solid(widest, Slab(half - 0.06, -end + 0.06, end - 0.34, shape.waist), paint)
    shoulder.decals("rear", ((0.02, 0.24), (0.76, 0.98)), (0.30, 0.92), TAIL, 0.8)
    shoulder.decals("front", ((0.03, 0.24), (0.76, 0.97)), (0.25, 0.75), HEAD, 1.0)
    shoulder.decal("front", (0.30, 0.70), (0.15, 0.65), BLACK)
    for side in ("left", "right"):
        shoulder.decal(side, (0.02, 0.98), (0.0, 0.10), _tinted(paint, 0.75))
    return floor.faces() + sill.faces() + shoulder.faces()


def _car_cabin(shape: _CarShape, paint: Colour, high_lamp: bool) -> list[Face]:
    """The windows and the roof, with a third brake light on it or not."""
    foot = Slab(
        shape.half - 0.08,
        -min(shape.glass_foot, shape.end - 0.1),
        0.22 * shape.length,
        shape.waist,
    )
    gutter = shape.gutter(0.0, 0.0, 0.0, shape.roof - 0.04)
    cabin = Solid(foot, gutter, _tinted(paint, 0.9))
    cabin.decal("rear", (0.08, 0.92), (0.14, 0.90), GLASS)
    cabin.decal("rear", (0.12, 0.50), (0.58, 0.86), GLASS_SHEEN)
    cabin.decal("front", (0.06, 0.94), (0.08, 0.94), GLASS)
    cabin.decal("front", (0.46, 0.90), (0.50, 0.90), GLASS_SHEEN)
    for side in ("left", "right"):
        cabin.decals(side, ((0.06, 0.47), (0.52, 0.93)), (0.10, 0.88), GLASS)
    top = Solid(gutter, shape.gutter(0.06, 0.11, 0.02 * shape.length, shape.roof), paint)
    if high_lamp:
        top.decal("rear", (0.36, 0.64), (0.2, 0.8), TAIL, 0.8)
    return cabin.faces() + top.faces()


def _mirrors(shape: _CarShape, paint: Colour) -> list[Face]:
    faces: list[Face] = []
    for side in (-1, 1):
        x = side * (shape.half + 0.06)
        low = Slab(0.09, 0.62, 0.74, shape.waist + 0.02, x)
        faces += Solid(low, Slab(0.09, 0.62, 0.74, shape.waist + 0.16, x), paint).faces()
    return faces


def _car(paint: Colour, form: int) -> Mesh:
    """Form 0 is a saloon, 1 a hatchback, 2 a tall estate."""
    shape = (_SALOON, _HATCHBACK, _ESTATE)[form]
    # Mirrors first: the cabin must hide the one on its far side.
    faces = _mirrors(shape, _tinted(paint, 0.7))
    faces += _axles(shape.half, shape.axles, shape.radius, 0.22)
    faces += _car_body(shape, paint) + _car_cabin(shape, paint, high_lamp=form > 0)
    faces += _hubs(shape.half + 0.03, shape.axles, shape.radius)
    return Mesh(shape.half, shape.length, shape.roof, (Group(0.0, tuple(faces)),))


@dataclass(frozen=True)
class _TruckShape:
    """Metres: whole length and half width, the box's floor and roof, the cab's length and roof,
    the wheels."""

    length: float
    half: float
    deck: float
    height: float
    cab: float
    cab_roof: float
    radius: float
    axles: tuple[float, ...]

    @property
    def end(self) -> float:
        return self.length / 2

    @property
    def split(self) -> float:
        """Where the cab's rear wall stands."""
        return self.end - self.cab


_LORRY = _TruckShape(10.5, 1.25, 1.05, 3.85, 2.2, 3.30, 0.50, (-3.85, -2.65, 4.05))
_DELIVERY = _TruckShape(6.8, 1.08, 0.85, 3.05, 1.8, 2.43, 0.40, (-2.0, 2.3))
_TARPAULIN = _TruckShape(9.2, 1.25, 1.05, 3.65, 2.2, 3.15, 0.50, (-3.2, -2.0, 3.4))


def _truck_frame(shape: _TruckShape) -> list[Face]:
    """What carries the box, and the bar with the rear lights."""
    half, end = shape.half, shape.end
    frame = Solid(
        Slab(half - 0.25, -end + 0.1, shape.split, 0.55),
        Slab(half - 0.2, -end, shape.split, shape.deck),
        BLACK,
    )
    bumper = Solid(
        Slab(half - 0.05, -end - 0.02, -end + 0.12, 0.50),
        Slab(half - 0.05, -end - 0.02, -end + 0.12, 0.74),
        (70, 68, 66),
    )
    bumper.decals("rear", ((0.02, 0.17), (0.83, 0.98)), (0.2, 0.9), TAIL, 0.9)
    bumper.decal("rear", (0.40, 0.60), (0.1, 0.95), PLATE)
    return frame.faces() + bumper.faces()


def _truck_box(shape: _TruckShape, paint: Colour, stripe: tuple[float, float]) -> list[Face]:
    """The load's box: doors behind, a stripe and ribs along the sides."""
    front = shape.split - 0.15
    box = Solid(
        Slab(shape.half, -shape.end, front, shape.deck),
        Slab(shape.half - 0.02, -shape.end, front, shape.height),
        paint,
    )
    box.decals("rear", ((0.02, 0.49), (0.51, 0.98)), (0.03, 0.97), _tinted(paint, 0.93))
    box.decals("rear", ((0.20, 0.22), (0.78, 0.80)), (0.05, 0.95), _tinted(paint, 0.70))
    box.decal("rear", (0.0, 1.0), (0.0, 0.035), (56, 54, 200))
    for side in ("left", "right"):
        box.decal(side, (0.0, 1.0), stripe, _tinted(paint, 0.72))
        ribs = [(k / 8 - 0.004, k / 8 + 0.004) for k in range(1, 8)]
        box.decals(side, ribs, (0.02, 0.98), _tinted(paint, 0.8))
    return box.faces()


def _truck_cab(shape: _TruckShape, paint: Colour) -> list[Face]:
    cab = Solid(
        Slab(shape.half - 0.05, shape.split, shape.end, 0.5),
        Slab(shape.half - 0.12, shape.split, shape.end - 0.25, shape.cab_roof),
        paint,
    )
    cab.decal("front", (0.06, 0.94), (0.50, 0.86), GLASS)
    cab.decal("front", (0.50, 0.90), (0.66, 0.84), GLASS_SHEEN)
    cab.decals("front", ((0.04, 0.20), (0.80, 0.96)), (0.10, 0.20), HEAD, 1.0)
    cab.decal("front", (0.26, 0.74), (0.14, 0.40), BLACK)
    cab.decal("front", (0.40, 0.60), (0.03, 0.10), PLATE)
    cab.decal("left", (0.12, 0.60), (0.52, 0.84), GLASS)
    cab.decal("right", (0.40, 0.88), (0.52, 0.84), GLASS)
    return cab.faces()


def _truck(paint: Colour, form: int) -> Mesh:
    """Form 0 is a lorry with a long box, 1 a delivery truck, 2 a lorry with a tarpaulin."""
    shape = (_LORRY, _DELIVERY, _TARPAULIN)[form]
    wheels, half = shape.half - 0.03, shape.half
    front = _axles(wheels, shape.axles[-1:], shape.radius, 0.3)
    front += _truck_cab(shape, _tinted(paint, 0.85) if form else LORRY_CAB)
    rear = _axles(wheels, shape.axles, shape.radius, 0.42) + _truck_frame(shape)
    rear += _truck_box(shape, paint, (0.55, 0.80) if form == 2 else (0.12, 0.24))
    rear += _hubs(half - 0.02, shape.axles, shape.radius)
    groups = (Group(shape.split + 0.9, tuple(front)), Group(-0.9, tuple(rear)))
    return Mesh(half, shape.length, shape.height, groups)


def _bus_skirt(length: float, half: float, paint: Colour) -> list[Face]:
    """The bus below its windows."""
    end = length / 2
    skirt = Solid(Slab(half, -end, end, 0.32), Slab(half, -end - 0.02, end, 1.25), paint)
    skirt.decals("rear", ((0.03, 0.13), (0.87, 0.97)), (0.45, 0.95), TAIL, 0.9)
    skirt.decal("rear", (0.22, 0.78), (0.25, 0.60), BLACK)
    skirt.decal("rear", (0.40, 0.60), (0.70, 0.90), PLATE)
    skirt.decals("front", ((0.04, 0.20), (0.80, 0.96)), (0.25, 0.55), HEAD, 1.0)
    skirt.decal("front", (0.40, 0.60), (0.25, 0.45), PLATE)
    return skirt.faces()


def _bus_upper(length: float, half: float, height: float, paint: Colour) -> list[Face]:
    """The windows, the lit destination and the roof."""
    end = length / 2
    gutter = Slab(half - 0.08, -end + 0.10, end - 0.12, height)
    upper = Solid(Slab(half, -end - 0.02, end, 1.25), gutter, paint)
    upper.decal("rear", (0.10, 0.90), (0.32, 0.80), GLASS)
    upper.decal("rear", (0.14, 0.52), (0.55, 0.77), GLASS_SHEEN)
    upper.decal("front", (0.05, 0.95), (0.06, 0.74), GLASS)
    upper.decal("front", (0.50, 0.90), (0.40, 0.70), GLASS_SHEEN)
    upper.decal("front", (0.25, 0.75), (0.80, 0.94), AMBER, 0.5)
    for side in ("left", "right"):
        panes = [(0.03 + k * 0.135, 0.15 + k * 0.135) for k in range(7)]
        upper.decals(side, panes, (0.22, 0.78), GLASS)
    ridge = Slab(half - 0.25, -end + 0.40, end - 0.40, height + 0.12)
    return upper.faces() + Solid(gutter, ridge, _tinted(paint, 0.95)).faces()


def _bus(paint: Colour, form: int) -> Mesh:
    """Form 0 is a coach, the others shorter town buses."""
    length, height, half = (11.5, 9.5, 8.5)[form], 3.1, 1.25
    axles = (-0.28 * length, 0.30 * length)
    faces = _axles(half, axles, 0.48, 0.35) + _bus_skirt(length, half, _tinted(paint, 0.82))
    faces += _bus_upper(length, half, height, paint) + _hubs(half + 0.01, axles, 0.48)
    return Mesh(half, length, height + 0.12, (Group(0.0, tuple(faces)),))


def _machine(paint: Colour) -> list[Face]:
    """A motorcycle with its side boxes, without its screen."""
    axles = (-0.70, 0.70)
    faces = [face for z in axles for face in wheel(0.0, z, 0.32, 0.16, TYRE)]
    for z in axles:
        for side in (-1, 1):
            faces += hub(0.08 * side, z, 0.32, TYRE, RIM)
    engine = Solid(Slab(0.20, -0.35, 0.45, 0.28), Slab(0.17, -0.30, 0.45, 0.62), BLACK)
    boxes = Solid(Slab(0.40, -0.80, -0.35, 0.46), Slab(0.38, -0.78, -0.35, 0.80), SIDE_BOX)
    boxes.decals("rear", ((0.04, 0.12), (0.88, 0.96)), (0.35, 0.65), AMBER, 0.3)
    body = Solid(Slab(0.16, -0.92, 0.75, 0.60), Slab(0.13, -0.95, 0.55, 0.86), paint)
    body.decal("rear", (0.08, 0.92), (0.42, 0.95), TAIL, 1.0)
    body.decal("front", (0.1, 0.9), (0.2, 0.9), HEAD, 1.0)
    plate = Solid(Slab(0.11, -0.94, -0.92, 0.42), Slab(0.11, -0.96, -0.94, 0.58), PLATE)
    return faces + engine.faces() + boxes.faces() + body.faces() + plate.faces()


def _rider(jacket: Colour, helmet: Colour) -> list[Face]:
    """Someone in a jacket with a reflecting band."""
    arms = Solid(Slab(0.40, 0.05, 0.55, 0.94), Slab(0.32, -0.12, 0.22, 1.30), _tinted(jacket, 0.9))
    legs = Solid(Slab(0.32, -0.20, 0.35, 0.42), Slab(0.25, -0.35, 0.25, 0.88), _tinted(jacket, 0.8))
    torso = Solid(Slab(0.20, -0.42, 0.02, 0.84), Slab(0.29, -0.22, 0.20, 1.36), jacket)
    torso.decal("rear", (0.05, 0.95), (0.55, 0.66), REFLECTOR)
    jaw = Solid(Slab(0.12, -0.16, 0.14, 1.33), Slab(0.15, -0.19, 0.19, 1.46), helmet)
    jaw.decal("front", (0.05, 0.95), (0.3, 1.0), GLASS)
    crown = Solid(Slab(0.15, -0.19, 0.19, 1.46), Slab(0.10, -0.12, 0.12, 1.64), helmet)
    return arms.faces() + legs.faces() + torso.faces() + jaw.faces() + crown.faces()


def _motorcycle(paint: Colour, form: int) -> Mesh:
    """The form only changes the rider's jacket."""
    screen = Solid(Slab(0.22, 0.50, 0.78, 0.84), Slab(0.15, 0.42, 0.50, 1.16), _tinted(paint, 0.9))
    rest = _machine(paint) + _rider(JACKETS[form], paint)
    return Mesh(0.42, 2.2, 1.64, (Group(0.4, tuple(screen.faces())), Group(0.0, tuple(rest))))


_MAKERS = (_car, _motorcycle, _bus, _truck)
_PAINTS = (CAR_PAINTS, CAR_PAINTS, BUS_PAINTS, BOX_PAINTS)


@lru_cache(maxsize=256)
def vehicle_mesh(kind: int, form: int, paint: int) -> Mesh:
    """The mesh of class `kind` (an index into NAMES); `form` 0-2, any `paint` index."""
    paints = _PAINTS[kind]
    return _MAKERS[kind](paints[paint % len(paints)], form)


def random_looks(rng: np.random.Generator, kind: int) -> tuple[int, int]:
    """A form and a paint for a vehicle of class `kind`."""
    return int(rng.integers(3)), int(rng.integers(len(_PAINTS[kind])))
