"""Maintenance: factory default, firmware, backup, support archive."""
