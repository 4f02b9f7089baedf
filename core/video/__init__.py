"""Video: which frames there are, and each one's picture, exactly by index."""

from core.video.picture import Picture
from core.video.reader import VideoInfo, VideoReader

__all__ = ["Picture", "VideoInfo", "VideoReader"]
