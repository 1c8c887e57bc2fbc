"""Webhooks of the payment provider: received, handled, kept and replayed."""
