"""The parts of the page of experiments: trainings side by side, and trainings with a bug."""
