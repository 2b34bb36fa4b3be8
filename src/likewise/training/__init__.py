"""Training: configuration, modes, the objective table, the loop and its checkpoints."""
