"""What doubles of providers that carry messages share."""
