"""Batch: many jobs from a manifest, spread over processes or a cluster, each done exactly once."""
