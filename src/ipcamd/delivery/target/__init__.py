"""Target of deliveries: configuration, rights, and code shared by all protocols."""
