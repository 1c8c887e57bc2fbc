"""Adapters on InfluxDB."""
