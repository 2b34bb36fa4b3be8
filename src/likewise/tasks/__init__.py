"""Tasks: what people do with an analogy besides rendering a layout they have."""
