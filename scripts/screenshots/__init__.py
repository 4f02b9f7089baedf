"""Pictures of the real window in its main states."""
