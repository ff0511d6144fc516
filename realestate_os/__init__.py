"""Real Estate OS: off-market property deal flow as a Dagster asset graph."""
