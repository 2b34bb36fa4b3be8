"""Patches: taking images apart into overlapping patches and comparing them."""
