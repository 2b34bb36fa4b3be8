"""Executors: where the jobs of a batch run, behind one small interface."""
