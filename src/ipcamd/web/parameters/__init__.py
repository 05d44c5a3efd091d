"""Parameters on pages: their labels and controls."""
