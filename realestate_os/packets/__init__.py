"""The investor memo as PDF."""
