"""The value model and what it says of each home."""
