"""Networks: the one folder whose modules import Keras and TensorFlow when they are imported."""
