"""Money back to the buyer, through the payment firm that took it."""
