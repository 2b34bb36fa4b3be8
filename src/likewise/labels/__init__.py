"""Label maps: integer ids with a class table, and every way they are written in files."""
