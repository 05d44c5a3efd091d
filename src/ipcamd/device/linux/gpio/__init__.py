"""GPIO lines of Linux, driven by libgpiod (an optional extra)."""
