"""What Temporal keeps of an order is compressed and encrypted before it leaves our processes."""
