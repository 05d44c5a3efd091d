"""Composition of the maintenance parts."""
