"""Files of products and sales: CSV of several formats, read row by row."""
