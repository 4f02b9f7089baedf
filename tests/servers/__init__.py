"""Local servers for tests and for trying things by hand."""
