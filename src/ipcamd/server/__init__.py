"""Servers: the sockets of requests and viewers, and everything between them and the endpoints."""
