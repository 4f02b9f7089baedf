"""Flickerscope without a window: video, detections, assertions, prelabels, projects, export.

Nothing below `core` imports Qt or `gui`; import-linter proves it on every change.
"""
