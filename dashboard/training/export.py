"""What of a training can be taken along: the model, code that uses it, its history."""

from collections.abc import Sequence

import streamlit as st

from dashboard.language import _
from nncore.export import history_csv, keras_source, numpy_source, pytorch_source
from nncore.model_files import Model
from nncore.training import EpochResult


def show_export(model: Model, model_bytes: bytes, history: Sequence[EpochResult]) -> None:
    """Offer a model for download, with code that gives the same predictions elsewhere.

    Parameters
    ----------
    model : Model
    model_bytes : bytes
        The file of ``model``.
    history : sequence of EpochResult
        The epochs behind it; none leaves their file out.
    """
    files = [
        (_("Model"), "model.npz", model_bytes, "application/octet-stream"),
        ("PyTorch", "model_pytorch.py", pytorch_source(model), "text/x-python"),
        ("Keras", "model_keras.py", keras_source(model), "text/x-python"),
    ]
    if history:
        files.append((_("History"), "history.csv", history_csv(history), "text/csv"))
    script = None
    if model.trainer is not None:
        script = numpy_source(model.trainer.recipe)
        files.append((_("NumPy script"), "train_mnist.py", script, "text/x-python"))
    with st.container(horizontal=True):
        for label, name, data, mime in files:
            st.download_button(
                label,
                data,
                name,
                mime,
                icon=":material/download:",
                key=f"train_export_{name.replace('.', '_')}",
                on_click="ignore",
            )
    st.caption(
        _(
            "The PyTorch and Keras files read `model.npz` beside them, and their `predict(images)` "
            "answers like this page. The history is a table, a row for each epoch."
        )
    )
    if script is not None:
        with st.expander(_("The same training in one page of NumPy"), icon=":material/code:"):
            st.markdown(
                _(
                    "No framework, nothing hidden: `forward` is $Wx + b$ and the activations, the "
                    "loop below it is backpropagation and the step. Put it beside `mnist.npz` and "
                    "run it with `python train_mnist.py`."
                )
            )
            st.code(script, language="python", line_numbers=True)
