"""Outgoing webhooks: events, sent to the endpoints that users register."""
