"""The export side of the standard: orders, lists, transport, returns and summaries (统一版 202205)."""
