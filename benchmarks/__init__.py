"""Steepest beside its peers and beside C, on the same work: `python -m benchmarks --help`."""
