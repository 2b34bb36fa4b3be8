"""Web: pages and their servers, on FastAPI (the extra "web")."""
