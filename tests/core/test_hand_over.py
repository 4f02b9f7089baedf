"""What is handed over to Lightly, and where each file goes."""

from pathlib import Path

import numpy as np

from core.cloud.address import S3Address
from core.cloud.hand_over import item_count, items_of
from core.detections import empty_frame, from_frames
from core.lightly.writer import LightlyVideo


def video_of(path: Path, frames: int) -> LightlyVideo:
    calm = np.full(frames, 0.5, np.float32)
    boxes = from_frames([empty_frame()] * frames)
    return LightlyVideo(path, frames, 64, 48, boxes, ("car",), (), calm)


def test_videos_go_to_one_bucket_and_the_layout_to_the_other() -> None:
    videos = [video_of(Path("/videos/one.mp4"), 2), video_of(Path("/videos/two.mov"), 1)]
    items = list(items_of(videos, S3Address("videos", "drives"), S3Address("lightly")))
    assert len(items) == len({item.address for item in items}) == item_count(videos)
    sent = {str(item.address): item.source for item in items}
    assert sent.pop("s3://videos/drives/data/one.mp4") == Path("/videos/one.mp4")
    assert sent.pop("s3://videos/drives/data/two.mov") == Path("/videos/two.mov")
    assert all(isinstance(source, bytes) for source in sent.values())
    assert "s3://lightly/.lightly/predictions/yolov8_detection/data/one-1-mp4.json" in sent
    assert "s3://lightly/.lightly/metadata/data/two-0-mov.json" in sent
    assert sent["s3://lightly/.lightly/predictions/tasks.json"] == b'["yolov8_detection"]'
