"""Study server: the page people rank on, what it asks for, and the page that shows the results."""

from likewise.web.study.serve import serve

__all__ = ["serve"]
