"""Components of ours: what Streamlit's own elements cannot do."""
