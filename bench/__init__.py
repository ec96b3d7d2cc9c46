"""Benchmarks: every figure is a ratio to its reference in the same run. `python -m bench` prints the table."""
