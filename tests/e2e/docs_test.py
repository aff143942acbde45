#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the documents: links lead somewhere, the README is short, the CLI reference is complete, and the
specs of the how-tos can be released.

usage: docs_test.py REPOSITORY WEIR
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

README_LINES = 200
SESSION_LINES = 25
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
NAMED_BLOCK = re.compile(r"^```yaml (\S+\.yaml)\n(.*?)^```", re.MULTILINE | re.DOTALL)
DATA_FOLDER = re.compile(r"^    cp -r (demo/data/\S+)", re.MULTILINE)
LONG_OPTION = re.compile(r"^  (?:-\w,)?(--[a-z-]+)", re.MULTILINE)


def anchors(text):
    """The names that headings get on a forge."""
    headings = re.findall(r"^#+ +(.*)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page, text):
    """Relative links of a page that lead nowhere."""
    broken = []
    for target in LINK.findall(FENCE.sub("", text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        other = page.parent / path if path else page
        if not other.exists():
            broken.append(f"{page}: {target}: no such file")
        elif anchor and anchor not in anchors(other.read_text(encoding="utf-8") if path else text):
            broken.append(f"{page}: {target}: no such heading")
    return broken


def long_pages(text):
    """What is wrong with the form of the README."""
    lines = text.splitlines()
    faults = []
    if len(lines) > README_LINES:
        faults.append(f"README.md has {len(lines)} lines, more than {README_LINES}")
    if not any(line.startswith("$ ") for line in lines[:SESSION_LINES]):
        faults.append(f"README.md shows no session in its first {SESSION_LINES} lines")
    return faults


def failing_examples(root, program, page, text):
    """Specs of a page (blocks that open with ```yaml NAME.release.yaml) that cannot be released."""
    blocks = NAMED_BLOCK.findall(text)
    specs = [name for name, _ in blocks if name.endswith(".release.yaml")]
    data = DATA_FOLDER.search(text)
    if not specs or not data:
        return [f"{page}: specs without a data folder"] if specs else []
    failing = []
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder) / "data"
        shutil.copytree(root / data.group(1), work)
        for name, content in blocks:
            (work / name).write_text(content, encoding="ascii")
        for name in specs:
            run = subprocess.run([program, "release", name, "-q", "-o", name + ".csv"], cwd=work,
                                 capture_output=True, text=True, timeout=60, check=False)
            if run.returncode != 0 or not (work / (name + ".csv")).exists():
                failing.append(f"{page}: {name}: {run.stderr.strip()}")
    return failing


def commands(program, words=()):
    """Every command of `weir`, as (words, its --help)."""
    shown = subprocess.run([program, *words, "--help"], capture_output=True, text=True, timeout=30,
                           check=True).stdout
    found = [(words, shown)]
    _, marker, below = shown.partition("\nSubcommands:\n")
    for name in re.findall(r"^  (\S+)", below, re.MULTILINE) if marker else []:
        found += commands(program, (*words, name))
    return found


def sections(page):
    """Text below each heading, by the heading."""
    parts = re.split(r"^#+ +(.*)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def missing_from_reference(page, found):
    """Commands without a heading of their own, and options that do not stand below it."""
    by_heading = sections(page)
    missing = []
    for words, shown in found:
        name = " ".join(("weir", *words))
        if name not in by_heading:
            missing.append(f"docs/reference/cli.md: no heading `{name}`")
            continue
        options = set(LONG_OPTION.findall(shown)) - ({"--help"} if words else set())
        missing += [f"docs/reference/cli.md: {name}: {option} is missing"
                    for option in sorted(options) if f"`{option}" not in by_heading[name]]
    return missing


def without_example(found):
    """Commands that do something and whose --help shows no example of themselves."""
    return [f"weir {' '.join(words)} --help shows no example of it" for words, shown in found
            if words and "\nSubcommands:\n" not in shown and
            f"\nexample: weir {' '.join(words)}" not in shown]


def check_the_checks(root, program, page, found):
    """Each check must find what it is for. Returns the names of those that do not."""
    here = pathlib.Path(__file__)
    blind = []
    if not broken_links(here, "[a](no-such-file.md)") or not broken_links(here, "# A\n[a](#b)"):
        blind.append("broken_links")
    if broken_links(here, "# A b\n[a](#a-b) [c](docs_test.py)"):
        blind.append("broken_links finds what is not there")
    if len(long_pages("x\n" * (README_LINES + 1))) != 2:
        blind.append("long_pages")
    if not missing_from_reference(page.replace("`--dry-run", "`--dry"), found):
        blind.append("missing_from_reference, option")
    if not missing_from_reference(page.replace("# weir ledger verify", "# weir ledger"), found):
        blind.append("missing_from_reference, command")
    if not without_example([(("release",), "example: weir ledger show")]):
        blind.append("without_example")
    how_to = (root / "docs/how-to/filter-and-bucket.md").read_text(encoding="ascii")
    if not failing_examples(root, program, "page", how_to.replace("epsilon: 1}", "epsilon: 9}")):
        blind.append("failing_examples")
    if len(found) < 30:
        blind.append(f"commands: only {len(found)} found")
    return blind


def main(repository, program):
    root = pathlib.Path(repository)
    program = str(pathlib.Path(program).resolve())
    readme = (root / "README.md").read_text(encoding="ascii")
    faults = long_pages(readme)
    pages = sorted(root.glob("*.md")) + sorted((root / "docs").rglob("*.md"))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        faults += broken_links(page, text) + failing_examples(root, program, page, text)
    reference = (root / "docs/reference/cli.md").read_text(encoding="ascii")
    found = commands(program)
    faults += missing_from_reference(reference, found)
    faults += without_example(found)
    blind = check_the_checks(root, program, reference, found)
    faults += [f"this test is blind: {name}" for name in blind]
    print("\n".join(faults) or f"{len(pages)} pages and {len(found)} commands agree")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
