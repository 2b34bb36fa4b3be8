"""``likewise labels``: label files converted, shown and checked."""
