"""Lightly's layout of files: names, predictions and metadata. No network here."""
