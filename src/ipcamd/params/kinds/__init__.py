"""Kinds of parameter values: accepted texts, canonical forms, and Python values."""
