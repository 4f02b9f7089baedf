"""Review: the list of imputed boxes, and what speaks for the one in focus."""
