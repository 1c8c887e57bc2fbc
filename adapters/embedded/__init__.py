"""Carriers of its own for an exchange that is alone: they move no real money and reach no phone."""
