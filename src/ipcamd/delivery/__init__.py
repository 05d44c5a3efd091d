"""Delivery of captured files to other hosts: queue, one worker per target, uploaders (SDK 10.16 to 10.20, 12)."""
