"""From the queue to the order's workflow."""
