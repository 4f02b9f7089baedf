"""A pinhole camera over a road that bends.

Road frame: metres, x to the right of the camera's lane, y up from the asphalt, z ahead of the
camera. Picture frame: pixels, origin top-left, u right, v down; pixel k covers [k, k + 1).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

NEAR_M = 0.6


@dataclass(frozen=True)
class Camera:
    """Where the picture is taken from.

    `horizon` is the row (pixels) of the flat road's vanishing line, `eye` the lens height (m),
    `bend` the road's curvature (1/m, positive to the right).
    """

    width: int = 960
    height: int = 540
    focal: float = 1000.0
    horizon: float = 248.0
    eye: float = 1.55
    bend: float = 0.0

    def project(self, points: Points) -> Points:
        """Pixels, shape (N, 2), of road-frame points, shape (N, 3), all beyond NEAR_M."""
        z = points[:, 2]
        x = points[:, 0] + 0.5 * self.bend * z * z
        u = self.width / 2 + self.focal * x / z
        v = self.horizon + self.focal * (self.eye - points[:, 1]) / z
        return np.stack((u, v), axis=1)

    def outline(self, polygon: Points) -> Points:
        """Pixels of a polygon, shape (N, 3), cut at the near plane; shape (0, 2) if behind it."""
        if polygon[:, 2].min() < NEAR_M:
            polygon = _cut_near(polygon)
        return self.project(polygon)

    def ground(self) -> tuple[Points, Points]:
        """Road-frame x and z, each shape (rows, width), of the pixels below the horizon."""
        rows = np.arange(self.first_ground_row, self.height) + 0.5
        z = self.focal * self.eye / (rows - self.horizon)
        u = np.arange(self.width) + 0.5 - self.width / 2
        x = u[None, :] * (z / self.focal)[:, None] - 0.5 * self.bend * (z * z)[:, None]
        return x, np.broadcast_to(z[:, None], x.shape)

    @property
    def first_ground_row(self) -> int:
        """The first pixel row that shows the road, a hair under the vanishing line."""
        return int(self.horizon) + 2


def _cut_near(polygon: Points) -> Points:
    """Sutherland-Hodgman against the plane z = NEAR_M; shape (M, 3), M may be 0."""
    kept: list[Points] = []
    for start, end in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        inside, next_inside = start[2] >= NEAR_M, end[2] >= NEAR_M
        if inside:
            kept.append(start)
        if inside != next_inside:
            kept.append(start + (end - start) * (NEAR_M - start[2]) / (end[2] - start[2]))
    return np.array(kept).reshape(-1, 3)
