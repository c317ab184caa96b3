"""The parts of the average digit's page."""
