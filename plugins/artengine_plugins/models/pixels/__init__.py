"""Parts of the `pixelcnn` model: the mixture that pixels are drawn from, and two decoders."""
