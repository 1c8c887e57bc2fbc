"""A double of SendGrid's API."""
