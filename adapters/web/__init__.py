"""What adapters of HTTP APIs share."""
