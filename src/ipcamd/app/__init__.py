"""Composition root: builds a camera's parts in order, and closes them in reverse order."""
