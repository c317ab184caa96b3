"""The mathematics of the course: a colour neuron, the average digit, and networks of dense layers.

NumPy, Pillow and the standard library only. Modules are split by concept; import from them
directly, for example ``from nncore.network import SequentialNetwork``. Rows are samples everywhere:
``inputs`` is (batch, n_inputs), ``weights`` is (n_inputs, n_outputs).
"""
