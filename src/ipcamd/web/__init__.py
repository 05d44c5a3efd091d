"""Web pages: HTML, CSS and ES modules in ``static/``, served unchanged, and their requests."""
