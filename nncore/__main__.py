"""``python -m nncore``: the command line, and the worker process of the dashboard."""

import os
import sys

# Before NumPy is imported: on products as small as a mini-batch's, a second BLAS thread is slower
# than one, and beside a busy process very much slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from nncore.commands import main

if __name__ == "__main__":
    sys.exit(main())
