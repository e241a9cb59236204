"""One key for each order's data: whoever destroys it has made the order's people unreadable, wherever they stand."""
