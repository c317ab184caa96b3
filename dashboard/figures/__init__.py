"""Figures of the pages: pure functions from arrays to Plotly figures, without Streamlit."""
