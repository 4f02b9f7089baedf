"""What formats write is read back by the libraries of third parties."""
