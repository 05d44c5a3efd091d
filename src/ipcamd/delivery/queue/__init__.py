"""Queue of deliveries: durable on disk, in memory for the workers."""
