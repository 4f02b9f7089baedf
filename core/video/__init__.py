"""Video: which frames there are, and each one's picture, exactly by index."""

from core.video.reader import Picture, VideoInfo, VideoReader

__all__ = ["Picture", "VideoInfo", "VideoReader"]
