"""Augmentation: one annotated picture in, many new pictures with exact label maps out.

``layouts`` draws new layouts of the things in a picture, ``constraints`` says which are allowed, a
method renders them, ``quality`` drops what a judge cannot read, ``run`` does so by the hundred.
"""
