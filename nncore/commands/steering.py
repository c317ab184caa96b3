"""Steering: what a running training is told while it runs, and how it obeys."""

import json
import queue
import threading
from collections.abc import Callable
from typing import TextIO

from nncore.recipe import RANGES
from nncore.training import EpochResult, Progress, Trainer


class Steering:
    """Obeys commands that come in as lines of JSON, between the records of a training.

    ``{"command": "pause"}``, ``"resume"``, ``"batch"`` (one mini-batch, then pause), ``"epoch"``
    (to the end of the epoch, then pause), and ``{"command": "learning_rate", "value": 0.1}``.
    The end of the stream interrupts the training: nobody is there any more who could.

    Parameters
    ----------
    trainer : Trainer
    stream : text file
        Where the commands come from; read in a thread.
    report : callable
        Gets True when the training pauses and False when it goes on.
    is_paused : bool
        Whether the training waits for a command before it begins.
    """

    def __init__(
        self,
        trainer: Trainer,
        stream: TextIO,
        report: Callable[[bool], None],
        is_paused: bool = False,
    ):
        self._trainer = trainer
        self._report = report
        self._commands: queue.SimpleQueue[dict | None] = queue.SimpleQueue()
        self._pauses_at: type[Progress | EpochResult] | None = None
        self._is_paused = False
        if is_paused:
            self._pause()
        threading.Thread(target=self._listen, args=(stream,), daemon=True).start()

    def obey(self, record: Progress | EpochResult | None = None) -> None:
        """Do what has been asked for since the last record; return when the training goes on.

        Parameters
        ----------
        record : Progress or EpochResult, optional
            The last record; None before the first.

        Raises
        ------
        KeyboardInterrupt
            If the stream of commands has ended.
        """
        if self._pauses_at is not None and isinstance(record, self._pauses_at):
            self._pause()
        while self._is_paused or not self._commands.empty():
            command = self._commands.get()
            if command is None:
                raise KeyboardInterrupt
            self._carry_out(command)

    def _carry_out(self, command: dict) -> None:
        """Do what one command says; what is no command of ours is passed over."""
        match command:
            case {"command": "pause"}:
                self._pause()
            case {"command": "resume"}:
                self._go_on(until=None)
            case {"command": "batch"}:
                self._go_on(until=Progress)
            case {"command": "epoch"}:
                self._go_on(until=EpochResult)
            case {"command": "learning_rate", "value": float() | int() as value}:
                low, high = RANGES["learning_rate"]
                if low <= value <= high:
                    self._trainer.learning_rate = float(value)

    def _pause(self) -> None:
        """Pause, unless it does already."""
        self._pauses_at = None
        if not self._is_paused:
            self._is_paused = True
            self._report(True)

    def _go_on(self, until: type[Progress | EpochResult] | None) -> None:
        """Go on, and pause at the next record of a kind, if any."""
        self._pauses_at = until
        self._trainer.is_stepping = until is Progress
        if self._is_paused:
            self._is_paused = False
            self._report(False)

    def _listen(self, stream: TextIO) -> None:
        """Read commands until there are no more."""
        for line in stream:
            try:
                command = json.loads(line)
            except ValueError:
                continue
            if isinstance(command, dict):
                self._commands.put(command)
        self._commands.put(None)
