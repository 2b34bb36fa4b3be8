"""Faces: parts of a portrait moved, scaled and raised by name; the rest of the picture stays."""
