"""Returns of retail imports: are the goods back as they should be, what is left to pay, what does the buyer get."""
