"""Measurements of speed and memory; each prints Markdown tables. See README.md."""
