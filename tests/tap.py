# SPDX-License-Identifier: GPL-3.0-or-later
"""The few lines of TAP that the checks written in Python share."""

import shutil
import subprocess
import sys
import traceback


class Skip(Exception):
    """The check cannot run here; the text says why."""


class Fail(Exception):
    """The check found something; the text says what."""


def need(program):
    """Path of a validator, or a skip that names it."""
    path = shutil.which(program)
    if path is None:
        raise Skip(f"{program} is not installed")
    return path


def run(*command, **options):
    """Runs a validator; its output is the reason when it fails."""
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        raise Fail(f"{' '.join(command)}\n{done.stdout}".strip())
    return done.stdout


def main(checks):
    """Runs (name, function) pairs; prints TAP, reasons on stderr, and exits 1 if one failed."""
    failed = False
    print(f"1..{len(checks)}")
    for number, (name, check) in enumerate(checks, 1):
        try:
            check()
        except Skip as reason:
            print(f"ok {number} {name} # SKIP {reason}")
            continue
        except Fail as reason:
            failed = True
            print(f"not ok {number} {name}")
            print(f"{name}: {reason}", file=sys.stderr)
            continue
        except Exception:  # a broken check is a failed check
            failed = True
            print(f"not ok {number} {name}")
            print(f"{name}: {traceback.format_exc().strip()}", file=sys.stderr)
            continue
        print(f"ok {number} {name}")
    sys.stdout.flush()
    sys.exit(1 if failed else 0)
