"""ffmpeg: finding the binary, asking what a file holds, decoding and encoding through pipes."""
