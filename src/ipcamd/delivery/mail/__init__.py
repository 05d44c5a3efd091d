"""Delivery by mail (SDK 10.17, 10.18)."""
