"""Photos as Pillow reads and writes them."""
