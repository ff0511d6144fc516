"""Pages to listings and leads."""
