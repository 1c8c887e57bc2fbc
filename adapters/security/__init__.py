"""Password hashes, signed access tokens and secret files."""
