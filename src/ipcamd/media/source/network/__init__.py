"""Network sources: RTSP, HTTP, MJPEG, HLS."""
