"""How long the data of an order are kept, who holds them longer, and how their key is destroyed."""
