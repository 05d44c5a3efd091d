"""Passthrough: forwards a source's encoded pictures to viewers unchanged, while no processing is needed."""
