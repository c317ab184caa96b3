"""What the pages share: page frame, language, figures and components. Sits on top of nncore."""

import os

# Before NumPy is imported, which Streamlit leaves to the pages: on matrices as small as one image a
# second BLAS thread spins for longer than it computes, and doubled the CPU of a drawn digit.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
