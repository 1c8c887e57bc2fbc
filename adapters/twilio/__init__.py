"""Adapters for Twilio, which sends text messages."""
