"""``python -m tests.fuzz [NAME …] [--cases N] [--seed N]``: the long form, and a table of it."""

import argparse
import sys

from tests.fuzz.campaign import run
from tests.fuzz.campaigns import CAMPAIGNS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CAMPAIGNS)}")
    parser.add_argument("--cases", type=int, help="of each, instead of its own number")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    unknown = set(options.names) - CAMPAIGNS.keys()
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    n_faults = 0
    print("| cases | number | slowest | most memory | outcomes | faults |")
    print("|---|---|---|---|---|---|")
    for name in options.names or CAMPAIGNS:
        campaign = CAMPAIGNS[name]
        n_cases = options.cases or campaign.n_long
        report = run(campaign, n_cases, options.seed)
        outcomes = ", ".join(f"{n} {outcome[:60]}" for outcome, n in report.outcomes.most_common(6))
        print(
            f"| {name} | {n_cases:,} | {report.slowest_s:.2f} s | {report.growth_mb:.0f} MB "
            f"| {outcomes} | {len(report.faults)} |",
            flush=True,
        )
        for fault in report.faults[:20]:
            print(f"{name} {fault}", file=sys.stderr)
        n_faults += len(report.faults)
    return 1 if n_faults else 0


if __name__ == "__main__":
    sys.exit(main())
