"""Logs as JSON, by structlog."""
