"""Image processing: settings, adjustments, overlays, scaling, and analysis frames."""
