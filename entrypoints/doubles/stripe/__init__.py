"""A double of Stripe's API."""
