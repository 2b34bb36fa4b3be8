"""Judging: who reads layouts off rendered images, and how well they read at all.

A *judge* is made once and reads any case; a *reader* is that judge for one case. ``forest`` learns
each case from its source pair, ``pretrained`` reads with a network that never saw it.
"""
