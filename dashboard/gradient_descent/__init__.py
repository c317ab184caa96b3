"""The parts of the gradient-descent page."""
