"""Stripe: charges, refunds, transfers to connected accounts, and webhooks."""
