"""What a match becomes: an order that moves from payment to delivery, or back."""
