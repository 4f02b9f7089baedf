"""Many videos at once, on the cores of this computer or of a cluster; see `core.batch.runner`."""
