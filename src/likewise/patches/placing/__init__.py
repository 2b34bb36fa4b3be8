"""Placing: where each pixel of a layout should come from, found on labels alone."""
