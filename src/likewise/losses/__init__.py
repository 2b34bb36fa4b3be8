"""Losses: pure functions of tensors, one a file, each an unweighted scalar."""
