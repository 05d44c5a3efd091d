"""Sources of libcamera: the programs ``rpicam-vid`` and ``libcamera-vid`` capture."""
