"""From buckets with Lightly's layout to the pictures of a tag, over HTTP to two real servers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import cv2
import numpy as np
import pytest
import requests
from moto.server import ThreadedMotoServer

from core.cloud.runs import RunState, check_done, follow, state_of
from core.cloud.selection import SelectionRequest
from core.cloud.tags import tagged
from core.detections import from_frames
from core.lightly.names import frame_of_name
from core.lightly.writer import LightlyVideo, layout_files
from core.project.handover import ScheduledRun
from tests.conftest import CLIP_HEIGHT, CLIP_WIDTH, MakeVideo, index_at_any_size
from tests.core.lightly_runs import scheduled, sentence
from tests.core.making import NAMES, flickering_frames
from tests.servers.lightly_api import LightlyServer
from tests.servers.lightly_worker import Bucket, Worker

COUNT = 12
FLICKERING = (3, 7, 10)


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def bucket(s3: str, make_video: MakeVideo) -> Any:
    """S3 with the video and the layout as a person uploads them."""
    client = boto3.client(
        "s3",
        endpoint_url=s3,
        region_name="us-east-1",
        aws_access_key_id="tester",
        aws_secret_access_key="testers-secret",
    )
    for name in ("videos", "lightly"):
        client.create_bucket(Bucket=name)
    path = make_video("clip.mp4", COUNT)
    client.upload_file(str(path), "videos", "project/data/clip.mp4")
    for file in layout_files([video_of(path)]):
        client.put_object(Bucket="lightly", Key=f"project/{file.path}", Body=file.data)
    return client


@pytest.fixture(autouse=True)
def _worker(lightly: LightlyServer, s3: str, bucket: Any) -> None:
    lightly.platform.worker = Worker(Bucket(s3))


def video_of(path: Path) -> LightlyVideo:
    flickering = np.full(COUNT, 0.5, np.float32)
    flickering[list(FLICKERING)] = 1
    boxes = from_frames(flickering_frames(COUNT, FLICKERING))
    return LightlyVideo(path, COUNT, CLIP_WIDTH, CLIP_HEIGHT, boxes, NAMES, (), flickering)


def followed(request: SelectionRequest, **changes: Any) -> ScheduledRun:
    run = scheduled(request, **changes)
    return follow(run, every=0.001, on_change=lambda run: None)


def test_addresses_of_a_tag_give_the_pictures_of_its_frames(bucket: Any) -> None:
    done = followed(SelectionRequest(n_samples=3))
    check_done(done)
    frames = tagged(done.dataset_id, "initial-tag")
    positions = [frame_of_name(frame.file_name, Path("clip.mp4"), COUNT) for frame in frames]
    assert positions == list(FLICKERING)
    for frame, position in zip(frames, positions, strict=True):
        answer = requests.get(frame.read_url, timeout=10)
        picture = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
        assert index_at_any_size(picture) == position
        key = f"project/.lightly/frames/{frame.file_name}"
        assert frame.datasource_url == f"s3://lightly/{key}"
        stored = bucket.get_object(Bucket="lightly", Key=key)["Body"].read()
        assert answer.content == stored


def test_a_share_of_the_frames_is_selected() -> None:
    done = followed(SelectionRequest(proportion=0.25))
    assert len(tagged(done.dataset_id, "initial-tag")) == COUNT // 4


def test_a_run_without_predictions_fails_with_its_reason() -> None:
    done = followed(SelectionRequest(n_samples=3), lightly="s3://lightly/elsewhere")
    assert state_of(done) is RunState.FAILED
    assert "no predictions for the task yolov8_detection" in sentence(lambda: check_done(done))


def test_a_bucket_that_is_not_there_is_said_before_anything_is_scheduled(
    lightly: LightlyServer,
) -> None:
    request = SelectionRequest(n_samples=3)
    text = sentence(lambda: scheduled(request, lightly="s3://nowhere/project"))
    assert "there is no such bucket" in text
    assert lightly.platform.scheduled == {}
