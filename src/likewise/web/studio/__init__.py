"""Web studio: the page on which layouts are painted, and the API behind it."""
