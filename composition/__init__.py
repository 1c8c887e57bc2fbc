"""The only place that knows every layer: it picks adapters by configuration and builds the application."""
