"""The device itself: its clock, its identity, its hardware; a driver for the virtual and one for the real of each."""
