"""Privacy masks: rectangles of the scene that no picture shows."""
