"""A double of Twilio's API for messages."""
