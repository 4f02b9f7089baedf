"""Readers of what annotation tools import."""

from tests.formats.readers import Reader

READERS: tuple[Reader, ...] = ()
