"""The parts of the training page, and the jobs behind it."""
