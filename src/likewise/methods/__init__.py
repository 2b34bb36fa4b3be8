"""Methods: ways to render an analogy behind one contract."""
