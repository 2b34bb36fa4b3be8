"""Losses: pure functions of tensors, each returning one unweighted scalar.

None reads a tensor's value on the host, so all of them run inside a captured CUDA graph. Sums are
taken in float32 (in float64 where the input is float64), whatever the networks compute in.
"""
