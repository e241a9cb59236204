"""The door: HTTP in, official receipts out."""
