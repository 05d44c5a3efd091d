"""Servers: the sockets of requests and viewers, and the protocols between them and the endpoints."""
