"""The composition root: builds a camera's parts in order, keeps them running, takes them down in the opposite order."""
