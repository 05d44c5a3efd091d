"""Images: settings, transform, overlays, scaling, and small grey pictures for analysis."""
