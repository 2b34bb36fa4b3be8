"""Likewise: semantic image analogy. P => P', and likewise I => I'."""

__version__ = "0.1.0"
