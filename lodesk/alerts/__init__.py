"""Alerts: an outbox written with the change itself, the inbox, mail. Knows people, not dossiers."""
