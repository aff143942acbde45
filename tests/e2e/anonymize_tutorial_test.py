#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs docs/tutorial/anonymize-census-data.md as it is written, and compares what it shows with what comes out.

usage: anonymize_tutorial_test.py REPOSITORY PROGRAMS
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

LIMIT_SECONDS = 100
PAGE = "docs/tutorial/anonymize-census-data.md"
# A block of commands and, where the page shows one, the indented output that follows on it.
STEP = re.compile(r"^```sh\n(.*?)^```\n(?:\n((?:    [^\n]*\n|\n(?=    ))+))?", re.MULTILINE | re.DOTALL)
MARK = "--- end of a step ---"


def steps_of(page):
    """Commands and what the page says they print; None where it shows nothing."""
    return [(commands, re.sub(r"^    ", "", shown, flags=re.MULTILINE) if shown else None)
            for commands, shown in STEP.findall(page)]


def run(steps, folder, environment):
    """What each step printed. One bash for all of them, as a reader has."""
    script = "exec 2>&1\n" + "".join(f"{commands}\necho '{MARK}'\n" for commands, _ in steps)
    done = subprocess.run(["bash", "-c", "set -e\n" + script], cwd=folder, env=environment, text=True,
                          stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=LIMIT_SECONDS, check=False)
    return done.returncode, done.stdout.split(MARK + "\n")


def trimmed(text):
    return re.sub(r" +$", "", text, flags=re.MULTILINE).rstrip()


def faults_of(steps, printed):
    """Steps whose output is not what the page shows."""
    return [f"the page shows\n{shown}but this came\n{came}" for (_, shown), came in zip(steps, printed)
            if shown is not None and trimmed(shown) != trimmed(came)]


def main(repository, programs):
    steps = steps_of(pathlib.Path(repository, PAGE).read_text(encoding="ascii"))
    if len(steps) < 9 or sum(shown is not None for _, shown in steps) < 9:
        sys.exit("too few steps or outputs found: has the tutorial changed its form?")
    if not faults_of([("", "one\n")], ["two\n"]):
        sys.exit("the comparison is blind")
    environment = dict(os.environ, WEIR_REPO=repository, PATH=f"{programs}:{os.environ['PATH']}")
    environment.pop("WEIR_STATE", None)
    with tempfile.TemporaryDirectory(prefix="weir-tutorial-") as folder:
        code, printed = run(steps, folder, environment)
        faults = faults_of(steps, printed)
        for name in ("people.html", "schools.html") if code == 0 else ():
            text = "".join(ElementTree.parse(os.path.join(folder, name)).getroot().itertext())
            if ("no model protects: DPHY" in text) != (name == "people.html"):
                faults.append(f"{name}: says the wrong thing about DPHY")
        for fault in faults:
            print(fault)
        if code != 0:
            print(f"exit code {code}\n" + "".join(printed))
        return 1 if faults or code != 0 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
