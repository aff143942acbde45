#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Files that are missing, that are folders, that nobody may read or write: one rule of exit codes for all commands."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from weir_command import CommandTest, digest_of, main  # noqa: E402

NOBODY = 65534
RECIPE = """input: {path: riders.csv}
attributes:
  age: {role: quasi-identifier, type: int, hierarchy: {interval: {widths: [5, 50], lowest: 0, highest: 100}}}
  zip: {role: quasi-identifier, hierarchy: {csv: zip.csv}}
models: [{k-anonymity: 5}]
"""
K_MAP = RECIPE.replace("k-anonymity: 5", "k-map: {k: 5, population: all.csv}")

# (what is read, commands that read it)
READ = (
    ("a.recipe.yaml", (("anonymize", "a.recipe.yaml", "-o", "out.csv"),
                       ("recipe", "check", "a.recipe.yaml"),
                       ("recipe", "freeze", "a.recipe.yaml", "-o", "g.recipe.yaml"),
                       ("risk", "a.recipe.yaml"),
                       ("risk", "riders.csv", "--recipe", "a.recipe.yaml"))),
    ("f.recipe.yaml", (("recipe", "apply", "f.recipe.yaml", "--input", "riders.csv", "-o", "out.csv"),)),
    ("riders.csv", (("anonymize", "a.recipe.yaml", "-o", "out.csv"),
                    ("recipe", "check", "a.recipe.yaml"),
                    ("recipe", "freeze", "a.recipe.yaml", "-o", "g.recipe.yaml"),
                    ("recipe", "apply", "f.recipe.yaml", "--input", "riders.csv", "-o", "out.csv"),
                    ("risk", "a.recipe.yaml"),
                    ("risk", "riders.csv", "--quasi-identifiers", "age"),
                    ("profile", "riders.csv"))),
    ("zip.csv", (("anonymize", "a.recipe.yaml", "-o", "out.csv"),
                 ("recipe", "check", "a.recipe.yaml"),
                 ("recipe", "freeze", "a.recipe.yaml", "-o", "g.recipe.yaml"),
                 ("risk", "riders.csv", "--recipe", "a.recipe.yaml"))),
    ("all.csv", (("anonymize", "k.recipe.yaml", "-o", "out.csv"),
                 ("risk", "k.recipe.yaml"),
                 ("risk", "riders.csv", "--quasi-identifiers", "age", "--population-file", "all.csv"),
                 ("risk", "riders.csv", "--quasi-identifiers", "age", "--against", "all.csv"))),
    ("crashes-by-hour.release.yaml", (("release", "crashes-by-hour.release.yaml"),)),
    ("crashes.dataset.yaml", (("release", "crashes-by-hour.release.yaml"),
                              ("dataset", "check", "crashes.dataset.yaml"),
                              ("dataset", "add", "crashes.dataset.yaml", "--state", "kc"))),
    ("crashes.csv", (("release", "crashes-by-hour.release.yaml"),
                     ("dataset", "check", "crashes.dataset.yaml"),
                     ("dataset", "add", "crashes.dataset.yaml", "--state", "kc"))),
    ("events.yaml", (("account", "events.yaml"),)),
    ("p.charter", (("charter", "show", "p.charter"),
                   ("charter", "sign", "p.charter", "--state", "kc"),
                   ("join", "p.charter", "--state", "kc"))),
    ("a.agreement.yaml", (("agreement", "propose", "a.agreement.yaml", "--state", "kc"),)),
)
WRITING = (
    ("release", "crashes-by-hour.release.yaml", "-o", "OUT.csv"),
    ("release", "crashes-by-hour.release.yaml", "--manifest", "OUT"),
    ("anonymize", "a.recipe.yaml", "-o", "OUT.csv"),
    ("anonymize", "a.recipe.yaml", "-o", "out.csv", "--json", "OUT"),
    ("anonymize", "a.recipe.yaml", "-o", "out.csv", "--certificate", "OUT"),
    ("anonymize", "a.recipe.yaml", "-o", "out.csv", "--report", "OUT"),
    ("recipe", "freeze", "a.recipe.yaml", "-o", "OUT"),
    ("recipe", "apply", "f.recipe.yaml", "--input", "riders.csv", "-o", "OUT.csv"),
    ("profile", "riders.csv", "-o", "OUT"),
    ("risk", "riders.csv", "--quasi-identifiers", "age", "--records", "OUT.csv"),
)


class ExitCodes(CommandTest):
    def setUp(self):
        super().setUp()
        self.folder.chmod(0o777)
        self.before = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups") \
            if os.geteuid() == 0 else ()
        rows = [f"{20 + i % 40},8570{i % 3}" for i in range(200)]
        for name in ("riders.csv", "all.csv"):
            self.write(name, "\n".join(["age,zip", *rows]) + "\n")
        self.write("zip.csv", "".join(f"8570{i},*\n" for i in range(3)))
        self.write("a.recipe.yaml", RECIPE)
        self.write("k.recipe.yaml", K_MAP)
        self.write("events.yaml", "events: []\n")
        self.write_crashes(100)
        self.run_weir("recipe", "freeze", "a.recipe.yaml", "-o", "f.recipe.yaml", "-q", before=self.before)
        self.run_weir("init", "--state", "kc", "--member", "kc", "--coalition", "partnership", "--address",
                      "127.0.0.1:7001", "--steward", "alice", before=self.before)

    def refuse_with(self, code, name, command, says):
        with self.subTest(f"{name}: {says}: {' '.join(command)}"):
            before = digest_of(self.folder / "kc")
            done = self.refuse(*command, "-q", code=code, before=self.before, says=(name, says))
            self.assertEqual(len(done.err.splitlines()), 1, done.err)
            self.assertEqual(digest_of(self.folder / "kc"), before)

    def test_what_is_read(self):
        for name, commands in READ:
            path = self.folder / name
            content = path.read_bytes() if path.exists() else b""
            for command in commands:
                path.unlink(missing_ok=True)
                self.refuse_with(2, name, command, "No such file or directory")
                path.mkdir()
                self.refuse_with(2, name, command, "not a regular file")
                path.rmdir()
                path.write_bytes(content)
                path.chmod(0)
                self.refuse_with(4, name, command, "Permission denied")
                path.chmod(0o644)
                self.assertFalse((self.folder / "out.csv").exists())

    def test_what_is_written(self):
        closed = self.folder / "closed"
        closed.mkdir(mode=0o555)
        (self.folder / "dir.csv").mkdir()
        (self.folder / "dir").mkdir()
        for command in WRITING:
            for place, code, says in (("closed/new", 4, "Permission denied"),
                                      ("none/new", 2, "none"),
                                      ("riders.csv/new", 2, "Not a directory"),
                                      ("dir", 2, "Is a directory")):
                arguments = [word.replace("OUT", place) for word in command]
                self.refuse_with(code, place, arguments, says)
        self.assertFalse((self.folder / "out.csv").exists())
        self.assertFalse((self.folder / "crashes.dataset.ledger").exists())


if __name__ == "__main__":
    main()
