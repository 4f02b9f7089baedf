"""Detectors: what sees boxes in pictures, and the stream of what it sees in a video."""
