"""Source to transform to encoder to hub; nothing here knows of viewers' sockets."""
