"""Media: capture, image processing, encoders, hubs. Nothing here uses viewers' sockets."""
