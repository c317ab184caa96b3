"""The parts of the page on which a reader's own hand is measured and learnt."""
