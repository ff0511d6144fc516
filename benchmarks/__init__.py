"""Benchmarks: `make bench` prints our figure, the peer's measured in the same run, and the ratio."""
