"""The parts of the drawing page."""
