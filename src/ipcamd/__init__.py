"""ipcamd: a software IP camera."""

__version__ = "0.1.0"
