"""Flickerscope without a window: video, detections, assertions, prelabels, projects, export.

Nothing below `core` imports Qt or `gui`; import-linter proves it on every change.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("flickerscope")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+source"
