"""Benchmarks: `make bench B=<name>` runs one and ends with a line of JSON."""
