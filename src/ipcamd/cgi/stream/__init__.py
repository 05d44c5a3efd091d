"""Live pictures: requests below ``/cgi/mjpg/``, ``/cgi/mpeg/``, ``/cgi/h264/``, ``/cgi/mpeg4/`` and ``/cgi/jpg/``."""
