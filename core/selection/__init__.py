"""Choosing frames for labeling without a cloud, by the engine that Lightly uses itself."""
