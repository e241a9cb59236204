"""What one person may buy in a year: money, and goods with a yearly quantity."""
