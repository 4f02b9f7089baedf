"""Readers of what annotation tools import, for `outside.py`."""

READERS = {}
