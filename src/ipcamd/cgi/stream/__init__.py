"""Live pictures: requests below ``/cgi/`` and ``mjpg/``, ``mpeg/``, ``h264/``, ``mpeg4/``, ``mp4/`` and ``jpg/``."""
