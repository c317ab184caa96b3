"""Python's parser, for one thread at a time.

In Python 3.11, threads that parse at the same time get, now and then, ``SystemError: AST
constructor recursion depth mismatch`` (https://github.com/python/cpython/issues/106905). NumPy has
the header of every array parsed that it reads.
"""

import threading

PARSER = threading.Lock()
