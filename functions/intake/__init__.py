"""What was accepted: one record per document, who it belongs to, and whether a declared list uses it."""
