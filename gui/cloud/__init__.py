"""Handing over to the cloud from the window: uploading, scheduling, signed URLs."""
