"""The page by which the goals for visitors were set: what Streamlit itself costs on a machine."""

import streamlit as st

height = st.slider("Height", 1, 100, 10, key="height")
st.bar_chart([bar * height % 17 for bar in range(20)])
