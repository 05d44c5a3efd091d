"""Writers of the file formats of clips: AVI, JPEG and MP4."""
