"""Notices of events by HTTP (SDK 12)."""
