"""`python -m deadlines` is the same as `deadlines`."""

from deadlines.cli import main

main()
