"""Training: footage prepared once, windows cut from it, a network that learns to predict it."""
