"""Kinds of parameter values: the texts that each accepts, how it lists them, and their Python values."""
