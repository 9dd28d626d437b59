"""Training of a network that predicts the next frame, on windows of prepared footage."""
