"""Augmentation: what pairs from ``likewise augment`` are worth to a network that is trained."""
