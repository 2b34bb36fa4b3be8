"""What lay behind a thing that has left is continued from what lies around."""
