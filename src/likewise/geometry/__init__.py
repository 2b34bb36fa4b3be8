"""Geometry: sampling, warps and the augmentation schedule."""
