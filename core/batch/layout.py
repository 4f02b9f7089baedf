"""What lies where below the place of a batch; `core.batch.place` says what each is."""

BATCH = "batch.json"
"""Marks a folder, or a prefix, with the results of a batch."""
SUMMARY = "summary.json"
PROJECTS, EXPORTS, VIDEOS = "projects", "exports", "videos"
OUTCOMES, PARTS = "outcomes", "parts"
RESULTS = frozenset({PROJECTS, EXPORTS, VIDEOS, OUTCOMES, PARTS})
