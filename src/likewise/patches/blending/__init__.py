"""Blending: steps of colour between gathered pieces, removed by solving a Poisson equation."""
