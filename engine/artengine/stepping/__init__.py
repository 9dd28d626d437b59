"""The interface between the dream loop and a network, without Keras and TensorFlow."""
