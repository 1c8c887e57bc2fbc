"""Doubles of services of others, for tests and laptops."""
