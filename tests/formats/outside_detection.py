"""Readers of what detectors and trackers are trained and measured with, for `outside.py`."""

READERS = {}
