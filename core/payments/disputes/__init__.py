"""Disputes of charges, and the money that they move."""
