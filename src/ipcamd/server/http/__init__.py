"""HTTP service: connections, requests and their checks, responses."""
