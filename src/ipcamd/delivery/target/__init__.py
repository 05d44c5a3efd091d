"""Target of deliveries: configuration, rights, and what all protocols share."""
