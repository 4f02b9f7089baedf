"""Many projects side by side: what there is in each, without opening it."""
