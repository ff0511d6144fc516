"""Audience, outbox, delivery, events, suppression."""
