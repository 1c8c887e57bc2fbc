"""Charging the buyer: charges, what the buyer must do for them, and declines."""
