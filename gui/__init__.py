"""The window: shows what `core` knows, and turns gestures into changes of a `Session`."""
