"""Small refunds: a typed request, paid at once below 45.00 USD and by a person's yes from there."""
