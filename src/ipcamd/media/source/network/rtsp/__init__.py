"""RTSP sources: the camera's own client for RTP over TCP, FFmpeg for everything else."""
