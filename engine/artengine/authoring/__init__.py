"""Making packages of plugins."""
