"""The plugins that ship with artengine; they come in by the same door as a stranger's."""
