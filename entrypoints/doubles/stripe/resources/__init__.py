"""The resources of Stripe's API, a file each."""
