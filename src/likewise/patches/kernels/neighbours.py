"""Neighbours: the eight directions in which PatchMatch propagates, nearest first."""

NEIGHBOURS = ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))
