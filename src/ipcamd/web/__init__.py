"""The home page: HTML, CSS and ES modules in ``static/``, served as they are."""
