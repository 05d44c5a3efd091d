"""Motors on the controls of a V4L2 device."""
