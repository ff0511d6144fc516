"""SendGrid v3: accepts mail, posts signed events."""
