"""TLS certificate of the camera: checks, storage, self-signed certificates, signing requests, renewal."""
