"""The sockets of requests and viewers, and what stands between them and the endpoints."""
