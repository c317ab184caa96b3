"""How long an epoch takes: nncore and its peers on the same work, in turns."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from benchmarks.peers import PEERS
from benchmarks.peers.process import PeerProcess, let_settle
from benchmarks.report import log, markdown_table, median_ratio, spread
from nncore.recipe import RECIPES, Recipe

NETWORKS = {
    "memoire": "The mémoire's network: sigmoid everywhere, squared error",
    "keras": "The mémoire's Keras network: ReLU, softmax, cross-entropy",
}


@dataclass
class EpochTimes:
    """The epochs of one peer.

    Attributes
    ----------
    first_loss : float
        Mean loss of the first epoch, which is not timed.
    seconds : list of float
        How long each of the others took, in the order of the rounds.
    """

    first_loss: float
    seconds: list[float] = field(default_factory=list)


def epochs_report(
    network: str, peers: Sequence[str], batch_sizes: Sequence[int], rounds: int, n_images: int
) -> str:
    """Measure one network with all peers and mini-batches.

    Parameters
    ----------
    network : str
        A key of `NETWORKS`, which are recipes of nncore.
    peers : sequence of str
        Keys of `benchmarks.peers.PEERS`, "nncore" among them.
    batch_sizes : sequence of int
    rounds : int
        Timed epochs of each peer.
    n_images : int
        Images in an epoch, at most; a last mini-batch that would not be full is left out.

    Returns
    -------
    str
        Markdown: a table of times, a table of losses.
    """
    measured = {}
    for batch_size in batch_sizes:
        recipe = replace(
            RECIPES[network],
            batch_size=batch_size,
            training_images=n_images - n_images % batch_size,
            epochs=rounds + 1,
        )
        log(f"{network}, mini-batches of {batch_size}")
        measured[batch_size] = measure_epochs(recipe, peers, rounds)
    return "\n\n".join(
        [
            f"### {NETWORKS[network]}; learning rate {RECIPES[network].learning_rate:g}",
            "Seconds per epoch, and nncore's divided by the peer's:",
            _times_table(peers, measured),
            "Mean loss of the first epoch, all from the same starting weights:",
            _losses_table(peers, measured),
        ]
    )


def measure_epochs(recipe: Recipe, peers: Sequence[str], rounds: int) -> dict[str, EpochTimes]:
    """Time the epochs of all peers in turns, after one that is not timed.

    What else the machine does from minute to minute then meets all of them alike. Who begins
    changes from round to round.
    """
    with contextlib.ExitStack() as stack:
        processes = {peer: stack.enter_context(PeerProcess(peer, recipe)) for peer in peers}
        times = {peer: EpochTimes(processes[peer].epoch()[1]) for peer in peers}
        for round_index in range(rounds):
            start = round_index % len(peers)
            for peer in (*peers[start:], *peers[:start]):
                let_settle()
                seconds, _ = processes[peer].epoch()
                times[peer].seconds.append(seconds)
                log(f"  round {round_index + 1}: {PEERS[peer].title} {seconds:.2f} s")
    return times


def _times_table(peers: Sequence[str], measured: Mapping[int, Mapping[str, EpochTimes]]) -> str:
    """Return a row a peer, and two columns for each size of mini-batches."""
    header = ["mini-batches of"]
    for batch_size in measured:
        header += [f"{batch_size}: s", "nncore / peer"]
    rows = []
    for peer in peers:
        row = [PEERS[peer].title]
        for times in measured.values():
            seconds = times[peer].seconds
            row += [spread(seconds), median_ratio(times["nncore"].seconds, seconds)]
        rows.append(row)
    return markdown_table(header, rows)


def _losses_table(peers: Sequence[str], measured: Mapping[int, Mapping[str, EpochTimes]]) -> str:
    """Return a row a peer, and a column for each size of mini-batches."""
    return markdown_table(
        ["mini-batches of", *map(str, measured)],
        [
            [PEERS[peer].title, *(f"{times[peer].first_loss:.3f}" for times in measured.values())]
            for peer in peers
        ],
    )
