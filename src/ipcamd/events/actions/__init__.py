"""The ways to take a file to another host; each speaks one protocol, blocking, in a thread."""
