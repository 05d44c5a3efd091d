"""HTTP: messages, fields, bodies."""
