"""Summary: a page on a batch, with thumbnails, that opens without a server."""
