"""The command ``likewise batch``."""
