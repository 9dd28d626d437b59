"""Picture arithmetic that several effects share."""
