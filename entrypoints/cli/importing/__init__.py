"""`solebook import`: products and sales from files."""
