"""Health, alerts, failed partitions, retention."""
