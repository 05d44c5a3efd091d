"""Delivery of captured files to other hosts: durable queue, one worker a target, uploaders (SDK 10.16 to 10.20, 12)."""
