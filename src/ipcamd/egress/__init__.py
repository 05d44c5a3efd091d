"""Egress policy: the addresses that the camera may connect to."""
