"""OpenAPI description of all endpoints, generated from the tables that the camera itself uses."""
