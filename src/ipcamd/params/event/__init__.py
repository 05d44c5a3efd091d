"""Groups of parameters whose names begin with ``Event``."""
