"""Engines that use the device's drivers."""
