"""Tracks: which detections show one object, over the whole video."""
