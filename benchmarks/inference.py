"""How long prediction takes: the whole test set at once, and a single image."""

import contextlib
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.peers import PEERS
from benchmarks.peers.process import PeerProcess, let_settle
from benchmarks.report import log, markdown_table, median_ratio, spread
from nncore.recipe import RECIPES

N_IMAGES = (10_000, 1)


def inference_report(peers: Sequence[str], rounds: int) -> str:
    """Measure all peers in turns.

    Parameters
    ----------
    peers : sequence of str
        Keys of `benchmarks.peers.PEERS`, "nncore" among them.
    rounds : int
        How often each is asked.

    Returns
    -------
    str
        A table in Markdown.
    """
    # The weights do not matter for the time, so one mini-batch is enough to make the networks.
    recipe = replace(RECIPES["keras"], training_images=RECIPES["keras"].batch_size)
    times_ms = {(peer, n_images): [] for peer in peers for n_images in N_IMAGES}
    with contextlib.ExitStack() as stack:
        processes = {peer: stack.enter_context(PeerProcess(peer, recipe)) for peer in peers}
        for round_index in range(rounds):
            log(f"  round {round_index + 1}")
            for (peer, n_images), of_peer in times_ms.items():
                let_settle()
                of_peer.append(1000 * processes[peer].predict_s(n_images))
    header = ["images"]
    for n_images in N_IMAGES:
        header += [f"{n_images:,}: ms", "nncore / peer"]
    rows = []
    for peer in peers:
        row = [PEERS[peer].title]
        for n_images in N_IMAGES:
            of_peer = times_ms[peer, n_images]
            row += [spread(of_peer), median_ratio(times_ms["nncore", n_images], of_peer)]
        rows.append(row)
    return "### Prediction\n\nSo many images at once:\n\n" + markdown_table(header, rows)
