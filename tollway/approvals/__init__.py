"""Questions to people as their topic tells them, and answers to them."""
