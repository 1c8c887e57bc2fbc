"""The live stream: books and orders as they change, over one WebSocket."""
