"""Choosing what to label: a page that shows live what is chosen, and why."""
