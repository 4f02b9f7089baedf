"""Renders the demonstration traffic and trains the detector that watches it."""
