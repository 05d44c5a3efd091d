"""Capture from cameras of this computer, whatever interface they have: mode selection and decoding."""
