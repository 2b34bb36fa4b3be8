"""Metrics: how near a rendered image is to its layout and to its source's appearance."""
