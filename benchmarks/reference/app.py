"""A page like that by which the goals for visitors were set: what Streamlit itself costs.

In a folder of its own, because Streamlit has the modules beside a script imported first.
"""

import streamlit as st

height = st.slider("Height", 1, 100, 10, key="height")
st.bar_chart([bar * height % 17 for bar in range(20)])
