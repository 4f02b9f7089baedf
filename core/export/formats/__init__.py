"""Label formats, one a file; see `core.export.registry`."""
