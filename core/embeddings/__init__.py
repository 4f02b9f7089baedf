"""What frames and objects look like, as vectors."""
