"""Metrics for Prometheus: what the camera counts."""
