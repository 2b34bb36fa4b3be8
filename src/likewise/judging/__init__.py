"""Judging: who reads layouts off rendered images, and how well they read at all.

A *judge* is made once and reads any source pair; a *reader* is that judge for one. ``forest``
learns each from that pair, ``pretrained`` reads with a network that never saw it.
"""
