"""Media: capture, image processing, encoders, hubs. No code here uses viewers' sockets."""
