"""The web app: webhooks, unsubscribe, health."""
