"""Tasks: the commands for what people do with an analogy besides rendering layouts of their own."""
