"""Connectors: how each kind of service is asked. What a field means is the source file's matter."""
