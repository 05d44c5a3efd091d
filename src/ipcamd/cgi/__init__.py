"""The SDK's requests: one file per path, named by the path's last word."""
