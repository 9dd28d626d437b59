"""What the `pixelcnn` model is made of: the mixture a pixel is drawn from, and two decoders."""
