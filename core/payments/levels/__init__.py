"""Seller levels, by completed sales of a quarter."""
