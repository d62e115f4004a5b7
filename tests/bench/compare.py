#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two results of tenscope-bench --json: for each case in both, how many times as long the second took.

What differs by more than both runs spread within themselves is marked. Ends with status 1 when
something of ours became slower.
"""

import json
import sys


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)["cases"]


def main():
    before, after = (load(path) for path in sys.argv[1:3])
    n_slower = 0
    print(f"{'case':30} {'before ms':>10} {'after ms':>10}  ratio")
    for name in before:
        if name not in after:
            continue
        a, b = before[name], after[name]
        ratio = b["ms"] / a["ms"]
        noise = max(a["spread_percent"], b["spread_percent"], 3) / 100
        word = "slower" if ratio > 1 + noise else "faster" if ratio < 1 / (1 + noise) else ""
        n_slower += word == "slower" and " " not in name
        print(f"{name:30} {a['ms']:10.3f} {b['ms']:10.3f}  {ratio:5.2f} {word}".rstrip())
    return n_slower > 0


if __name__ == "__main__":
    sys.exit(main())
