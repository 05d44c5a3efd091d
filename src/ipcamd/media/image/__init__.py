"""Image processing: settings, transform, overlays, scaling, and analysis frames."""
