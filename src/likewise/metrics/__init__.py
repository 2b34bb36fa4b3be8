"""Metrics: how near a rendered image is to its layout and to its source's appearance.

Functions of NumPy arrays: images are (H, W, C) floats in [0, 1], layouts are (H, W) class indices.
"""
