"""Picture files as sources."""
