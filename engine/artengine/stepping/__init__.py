"""A network's steps as the dream loop sees them, without Keras and TensorFlow."""
