"""The parts of the page that reads numbers."""
