"""Payouts to sellers, also those that were refused or came back."""
