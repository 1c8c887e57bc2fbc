"""Sellers' accounts at the payment provider."""
