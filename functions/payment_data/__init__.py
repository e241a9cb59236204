"""Raw payment data for customs: kept as they come, gathered for a question, signed and uploaded."""
