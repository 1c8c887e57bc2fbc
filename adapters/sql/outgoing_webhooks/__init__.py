"""Webhook endpoints, and the webhooks that go out to them."""
