"""Worker of one target: order, retries, log."""
