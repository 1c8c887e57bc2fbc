"""Letters from Jinja templates, and mail written as `.eml` files."""
