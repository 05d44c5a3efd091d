"""Metrics for Prometheus: the camera's counters."""
