"""The media list: many videos in one window."""
