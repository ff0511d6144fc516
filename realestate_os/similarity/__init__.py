"""Embeddings and comparable sales."""
