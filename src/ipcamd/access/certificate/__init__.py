"""TLS certificate of the camera: check, storage, self-signed ones, signing requests, renewal."""
