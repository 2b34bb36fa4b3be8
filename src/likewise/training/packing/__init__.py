"""Packing: several fits of semia at once, as one set of larger networks."""
