"""The parts of the colour neuron's page."""
