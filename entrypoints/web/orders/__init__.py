"""The pages of orders: what was bought and sold, and what is to be done next."""
