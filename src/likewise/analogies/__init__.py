"""Analogies: A is to A' as B is to B', pixel by pixel, for pictures and planes of any kind."""
