"""The web app: webhooks, unsubscribe, memos by link, health."""
