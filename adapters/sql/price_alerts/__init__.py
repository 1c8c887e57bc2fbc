"""The store of the price_alerts context."""
