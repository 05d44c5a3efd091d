"""Passthrough: hands a source's encoded pictures to viewers as they are, while nothing has to change them."""
