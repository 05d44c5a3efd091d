"""Queue of deliveries: durable on the disk, in memory for the workers."""
