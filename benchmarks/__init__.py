"""Benchmarks: what the product costs and how good it is, on pictures you can look at."""
