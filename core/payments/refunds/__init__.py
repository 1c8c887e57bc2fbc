"""Refunds, and who bears what they leave open."""
