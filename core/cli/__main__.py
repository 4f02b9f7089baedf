"""`python -m core.cli`: the command line without a window."""

from core.cli import main

main()
