"""The only place that knows every layer: it picks the adapters and builds the application."""
