"""Bids and asks, their order books, and the engine that matches them."""
