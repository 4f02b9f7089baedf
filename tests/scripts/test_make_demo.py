"""The demonstration's renderer, and the files it left in resources/demo."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from scripts.demo.camera import NEAR_M, Camera
from scripts.demo.clip import FPS, FRAMES
from scripts.demo.dataset import labels
from scripts.demo.detector import IMAGE_SIZE
from scripts.demo.render import HEIGHT, MIN_HEIGHT_PX, WIDTH, Frame, render
from scripts.demo.vehicles import NAMES, vehicle_mesh
from scripts.demo.world import LIGHTS, Road, Scene, Vehicle, Weather, random_scene

DEMO = Path(__file__).resolve().parents[2] / "resources" / "demo"
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def busy() -> Frame:
    """A random scene with several vehicles, some of them partly hidden."""
    return render(random_scene(3))


@pytest.fixture(scope="module")
def facts() -> dict[str, dict[str, object]]:
    """What the script measured when it made the files."""
    found: dict[str, dict[str, object]] = json.loads((DEMO / "demo.json").read_text())
    return found


def bare_scene(*vehicles: Vehicle) -> Scene:
    """A dry road in clear air, with nothing on it but `vehicles`."""
    road = Road((0.0,), (-14.8, -11.2))
    return Scene(seed=1, road=road, light=LIGHTS[0], weather=Weather(), vehicles=vehicles)


def test_a_seed_always_gives_the_same_picture(busy: Frame) -> None:
    again = render(random_scene(3))
    assert np.array_equal(busy.picture, again.picture)
    assert busy.truths == again.truths


def test_another_seed_gives_another_picture_and_other_boxes(busy: Frame) -> None:
    other = render(random_scene(4))
    assert not np.array_equal(busy.picture, other.picture)
    assert busy.truths != other.truths


def test_boxes_touch_the_ids_on_every_side(busy: Frame) -> None:
    assert len(busy.truths) >= 3
    for truth in busy.truths:
        rows, columns = np.nonzero(busy.ids == truth.vehicle + 1)
        seen = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert truth.box == seen


def test_boxes_lie_in_the_picture_and_are_not_tiny() -> None:
    for seed in (20, 21):
        for truth in render(random_scene(seed)).truths:
            left, top, right, bottom = truth.box
            assert 0 <= left < right <= WIDTH
            assert 0 <= top < bottom <= HEIGHT
            assert bottom - top >= MIN_HEIGHT_PX


def test_a_box_is_where_the_camera_puts_the_vehicle() -> None:
    car = Vehicle(kind=0, form=0, paint=0, x=0.0, z=30.0)
    (truth,) = render(bare_scene(car)).truths
    mesh = car.mesh
    scale = 1000.0 / (30.0 - mesh.length / 2)
    left, top, right, bottom = truth.box
    assert right - left == pytest.approx(2 * mesh.half_width * scale, rel=0.15)
    assert bottom - top == pytest.approx(mesh.height * scale, rel=0.15)


def test_a_nearer_vehicle_is_larger_and_lower() -> None:
    far = Vehicle(kind=3, form=0, paint=0, x=-3.6, z=50.0)
    near = Vehicle(kind=3, form=0, paint=0, x=3.6, z=25.0)
    boxes = {truth.vehicle: truth.box for truth in render(bare_scene(far, near)).truths}
    assert boxes[1][2] - boxes[1][0] > 1.6 * (boxes[0][2] - boxes[0][0])
    assert boxes[1][3] > boxes[0][3]


def test_a_hidden_car_has_no_box() -> None:
    lorry = Vehicle(kind=3, form=0, paint=0, x=0.0, z=20.0)
    car = Vehicle(kind=0, form=0, paint=0, x=0.0, z=50.0)
    kinds = [truth.kind for truth in render(bare_scene(lorry, car)).truths]
    assert kinds == [NAMES.index("truck")]
    kinds = [truth.kind for truth in render(bare_scene(replace(lorry, x=-11.0), car)).truths]
    assert sorted(kinds) == [NAMES.index("car"), NAMES.index("truck")]


def test_a_box_shrinks_to_what_can_be_seen() -> None:
    car = Vehicle(kind=0, form=0, paint=0, x=4.6, z=50.0)
    lorry = Vehicle(kind=3, form=0, paint=0, x=0.0, z=20.0)
    (whole,) = render(bare_scene(car)).truths
    partly = next(t for t in render(bare_scene(car, lorry)).truths if t.vehicle == 0)
    assert partly.box[0] > whole.box[0]
    assert partly.box[2] == whole.box[2]


def test_labels_are_parts_of_the_picture(busy: Frame) -> None:
    for line, truth in zip(labels(busy).splitlines(), busy.truths, strict=True):
        kind, x, y, width, height = map(float, line.split())
        box = (
            (x - width / 2) * WIDTH,
            (y - height / 2) * HEIGHT,
            (x + width / 2) * WIDTH,
            (y + height / 2) * HEIGHT,
        )
        assert int(kind) == truth.kind
        assert box == pytest.approx(truth.box, abs=0.01)


def test_a_polygon_behind_the_lens_is_cut_at_the_near_plane() -> None:
    camera = Camera()
    across = np.array([(-1.0, 0.0, -5.0), (1.0, 0.0, -5.0), (1.0, 0.0, 5.0), (-1.0, 0.0, 5.0)])
    lowest = camera.outline(across)[:, 1].max()
    assert lowest == pytest.approx(camera.horizon + camera.focal * camera.eye / NEAR_M)
    assert len(camera.outline(across - np.array((0.0, 0.0, 6.0)))) == 0


@pytest.mark.parametrize("kind", range(len(NAMES)))
@pytest.mark.parametrize("form", range(3))
def test_meshes_stand_on_the_ground_within_their_size(kind: int, form: int) -> None:
    mesh = vehicle_mesh(kind, form, 0)
    low, high = mesh.points.min(axis=0), mesh.points.max(axis=0)
    assert low[1] == pytest.approx(0.0, abs=0.02)
    assert high[1] == pytest.approx(mesh.height, abs=0.02)
    assert high[2] - low[2] == pytest.approx(mesh.length, abs=0.3)
    assert -low[0] == pytest.approx(high[0])


def test_the_clip_is_what_the_facts_say(facts: dict[str, dict[str, object]]) -> None:
    path = DEMO / str(facts["clip"]["file"])
    assert path.stat().st_size <= 3 * MEGABYTE
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [(frame.pts, frame.key_frame) for frame in container.decode(stream)]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.average_rate == facts["clip"]["fps"] == FPS
        assert (stream.width, stream.height) == (WIDTH, HEIGHT)
        assert stream.height >= 540
    assert len(frames) == facts["clip"]["frames"] == FRAMES
    keys = [number for number, (_, key) in enumerate(frames) if key]
    assert max(np.diff([*keys, len(frames)])) <= 2 * FPS


def test_the_detector_is_small_and_names_no_machine(facts: dict[str, dict[str, object]]) -> None:
    path = DEMO / str(facts["detector"]["file"])
    assert path.stat().st_size <= 7 * MEGABYTE
    with zipfile.ZipFile(path) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist() if "data.pkl" in name)
    assert b"yolov8" in content
    for folder in (b"/tmp", b"/work", b"/root", b"/home", b"/Users"):
        assert folder not in content


def test_the_detector_was_measured_on_scenes_it_never_saw(
    facts: dict[str, dict[str, object]],
) -> None:
    training, held_out = facts["training"], facts["held_out"]
    ranges = [
        range(
            int(str(part["first_seed"])),
            int(str(part["first_seed"])) + int(str(part["renderings"])),
        )
        for part in (training, held_out)
    ]
    assert not set(ranges[0]) & set(ranges[1])
    assert facts["detector"]["classes"] == list(NAMES)
    assert facts["detector"]["image_size"] == IMAGE_SIZE
    assert 0.8 <= float(str(held_out["map50"])) <= 1.0
