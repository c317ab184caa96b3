"""What the training page shows of a network: its curves and its figures beside the mémoire's."""

import streamlit as st

from dashboard import resources
from dashboard.chart import show_chart
from dashboard.fields import named_choice
from dashboard.figures import training as figures
from dashboard.language import _


def show_curves(curve: list, epochs: list) -> None:
    """Show how loss and accuracy have come along."""
    against = named_choice(
        _("Loss and accuracy"),
        {"epochs": _("against epochs"), "seconds": _("against time")},
        key="train_against",
    )
    loss, accuracy = st.columns(2)
    show_chart(figures.loss_curve(curve, epochs, against), "train_loss_curve", loss)
    show_chart(figures.accuracy_curve(curve, epochs, against), "train_accuracy_curve", accuracy)


def show_figures(trained: resources.EvaluatedModel) -> None:
    """Show how good a model is, beside the mémoire's."""
    network, trainer = trained.model.network, trained.model.trainer
    with st.container(horizontal=True):
        _metric(
            _("Right on test images"),
            f"{trained.evaluation.accuracy:.2%}",
            _("mémoire: 92 % printed, 86.7 % measured"),
        )
        if trainer is not None and trainer.history:
            _metric(_("Time to train"), duration(trainer.elapsed_s), _("mémoire: 5 hours"))
        n_parameters = f"{sum(array.size for array in network.parameters):,}".replace(",", " ")
        _metric(_("Numbers learnt"), n_parameters, _("mémoire: 386 718"))


def _metric(label: str, value: str, beside: str) -> None:
    """Show a figure, and the mémoire's beside it."""
    st.metric(label, value, delta=beside, delta_color="off", delta_arrow="off")


def duration(seconds: float) -> str:
    """Return a time in words, as exact as its size asks for."""
    if seconds < 10:
        return _("{seconds:.1f} s").format(seconds=seconds)
    if seconds < 90:
        return _("{seconds:.0f} s").format(seconds=seconds)
    return _("{minutes:.0f} min").format(minutes=seconds / 60)
