"""Conventions: what the ids of well-known data sets mean, and the files that they come in."""
