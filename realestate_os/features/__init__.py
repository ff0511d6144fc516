"""Homes to the 35 features, as of a date."""
