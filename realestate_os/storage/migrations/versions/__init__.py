"""The migrations in order; each file is frozen once it has been released."""
