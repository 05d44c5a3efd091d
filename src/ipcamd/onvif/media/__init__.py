"""Media model of both media services: profiles and their configurations."""
