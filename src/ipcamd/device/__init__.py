"""Device: its clock, its identity, and the drivers of its hardware."""
