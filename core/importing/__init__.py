"""Detections that other programs made."""
