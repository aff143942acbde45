#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What people get wrong: a clear message, a documented exit code, and nothing lost."""
import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "python"))
from weir_command import DATASET, HEADER, RELEASE, CommandTest, crashes_csv, digest_of, main  # noqa: E402

NOBODY = 65534
CSV_HEADER = "case_id,weekday,hour,fatalities\n"


class BadInput(CommandTest):
    def setUp(self):
        super().setUp()
        self.spec = self.write_crashes(100)
        self.ledger = self.folder / "crashes.dataset.ledger"

    def spent(self):
        return self.run_weir("release", self.spec, "--dry-run",
                             "--json").json["balance"]["spent_epsilon"]


class Documents(BadInput):
    CASES = (
        ("unknown key", "dataset", "theme: transportation", "them: transportation",
         ("crashes.dataset.yaml:2:1", "them", "theme")),
        ("unknown key in a release", "release", "measures:", "mesures:",
         ("crashes-by-hour.release.yaml:5:1", "mesures", "measures")),
        ("duplicate key", "dataset", "theme: transportation", "theme: transportation\ntheme: resilience",
         ("crashes.dataset.yaml:3:1", "theme")),
        ("leading zero", "release", "max_keys_per_unit: 1", "max_keys_per_unit: 01",
         ("crashes-by-hour.release.yaml:6:", "01")),
        ("leading zero in a bound", "dataset", "[0, 10]", "[0, 010]", ("crashes.dataset.yaml:9:", "010")),
        ("epsilon that is no number", "release", "1.0", ".nan", ("crashes-by-hour.release.yaml:7:",)),
        ("epsilon of zero", "release", "1.0", "0", ("epsilon",)),
        ("negative epsilon", "release", "1.0", "-1", ("epsilon",)),
        ("tab", "release", "keys:\n  - weekday", "keys:\n\t- weekday", ("crashes-by-hour.release.yaml:3:",)),
        ("control of direction", "release", "weekday", '"week\u202eday"', ("crashes-by-hour.release.yaml:3:",)),
        ("unknown measure column", "release", "sum: fatalities", "sum: fatalties", ("fatalties",)),
        ("sum without bounds", "dataset", ", bounds: [0, 10]", "", ("fatalities", "bounds")),
        ("key without domain", "release", "- weekday", "- case_id", ("case_id",)),
        ("unsorted edges", "release", "[0, 4, 8", "[4, 0, 8", ("edges",)),
        ("dataset document not there", "release", "crashes.dataset", "carshes.dataset",
         ("carshes.dataset.yaml",)),
    )

    def test_table(self):
        for name, document, good, bad, says in self.CASES:
            with self.subTest(name):
                texts = {"dataset": DATASET, "release": RELEASE}
                self.assertIn(good, texts[document])
                texts[document] = texts[document].replace(good, bad, 1)
                self.write("crashes.dataset.yaml", texts["dataset"])
                self.write("crashes-by-hour.release.yaml", texts["release"])
                before = digest_of(self.folder)
                self.refuse("release", self.spec, "-o", "out.csv", "-q", says=says)
                self.assertEqual(digest_of(self.folder), before)

    def test_the_nearest_key_is_suggested(self):
        self.write("crashes.dataset.yaml", DATASET.replace("privacy_unit", "privacy-unit"))
        self.refuse("dataset", "check", "crashes.dataset.yaml", says=("privacy-unit", "privacy_unit"))


class Data(BadInput):
    """(name, content of crashes.csv, what the message must say); all exit with 2."""

    REFUSED = (
        ("missing column", "case_id,weekday,hour\n1,2,3\n", ("crashes.csv", "fatalities")),
        ("wrong type", CSV_HEADER + "1,2,3,0\n2,2,N,0\n", ("row 2", "hour")),
        ("invalid UTF-8", CSV_HEADER.encode() + b"1,2,3,0\n\xff\xfe,2,3,0\n", ("crashes.csv", "UTF-8")),
        ("ragged row", CSV_HEADER + "1,2,3,0\n2,2,3\n", ("crashes.csv", "row 2")),
        ("too many fields", CSV_HEADER + "1,2,3,0\n2,2,3,0,9\n", ("crashes.csv", "row 2")),
        ("empty file", "", ("crashes.csv", "empty")),
        ("quote never closed", CSV_HEADER + '1,2,3,0\n"2,2,3,0\n', ("crashes.csv",)),
        ("NaN", CSV_HEADER + "1,2,3,0\n2,2,3,nan\n", ("row 2", "fatalities")),
        ("infinity", CSV_HEADER + "1,2,3,0\n2,2,3,inf\n", ("row 2", "fatalities")),
        ("overflow", CSV_HEADER + "1,2,3,0\n2,2,3,99999999999999999999\n", ("row 2", "fatalities")),
        ("fraction", CSV_HEADER + "1,2,3,0\n2,2,3,0.5\n", ("row 2", "fatalities")),
    )
    ACCEPTED = (
        ("as it should be", crashes_csv(100)),
        ("header only", CSV_HEADER),
        ("byte order mark", "\ufeff" + crashes_csv(100)),
        ("CRLF", crashes_csv(100).replace("\n", "\r\n")),
        ("no line end at the end", crashes_csv(100).rstrip("\n")),
        ("newline in quotes", CSV_HEADER + '"1\nb",2,3,0\n"2\r\n""x"", y",2,3,0\n'),
        ("columns in another order", "hour,fatalities,more,case_id,weekday\n3,1,x,1,2\n"),
        ("quoted numbers", CSV_HEADER + '"1","2","3","0"\n'),
        ("missing values", CSV_HEADER + "1,2,99,0\n2,2,,0\n,2,3,0\n"),
    )

    def test_refused(self):
        for name, content, says in self.REFUSED:
            with self.subTest(name):
                self.write("crashes.csv", content)
                self.refuse("release", self.spec, "-o", "out.csv", "-q", says=says)
                self.assertFalse((self.folder / "out.csv").exists())
                self.refuse("dataset", "check", "crashes.dataset.yaml", "-q", says=says)
        self.assertEqual(self.spent(), "0")

    def test_accepted(self):
        for name, content in self.ACCEPTED:
            with self.subTest(name):
                self.write("crashes.csv", content)
                self.run_weir("dataset", "check", "crashes.dataset.yaml")
        done = self.run_weir("release", self.spec, "-o", "-")
        self.assertEqual(done.text.splitlines()[0], HEADER)

    def test_missing_file(self):
        (self.folder / "crashes.csv").unlink()
        self.refuse("release", self.spec, "-o", "out.csv", "-q", says="crashes.csv")
        self.refuse("dataset", "check", "crashes.dataset.yaml", says="crashes.csv")
        self.assertEqual(self.spent(), "0")

    def test_a_folder_instead_of_a_file(self):
        (self.folder / "crashes.csv").unlink()
        (self.folder / "crashes.csv").mkdir()
        self.refuse("release", self.spec, "-q", says="crashes.csv")

    def test_a_wrong_type_far_behind_numbers(self):
        lines = crashes_csv(24000).splitlines()
        lines[23008] = lines[23008].rsplit(",", 1)[0] + ",N"
        self.write("crashes.csv", "\n".join(lines) + "\n")
        self.refuse("dataset", "check", "crashes.dataset.yaml", says=("23008", "fatalities"))
        self.refuse("release", self.spec, "-o", "out.csv", "-q", says=("23008", "fatalities"))
        self.assertFalse((self.folder / "out.csv").exists())
        self.assertEqual(self.spent(), "0")
        self.run_weir("release", self.spec, "--accept-faults", "-o", "out.csv")
        self.assertEqual(len((self.folder / "out.csv").read_text().splitlines()), 43)

    def test_dataset_add_refuses_too(self):
        self.run_weir("init", "--state", "kc", "--member", "kc", "--coalition", "partnership",
                      "--address", "127.0.0.1:7001", "--steward", "alice")
        self.write("crashes.csv", CSV_HEADER + "1,2,3,0\n2,2,N,0\n")
        self.refuse("dataset", "add", "crashes.dataset.yaml", "--state", "kc", says=("row 2", "hour"))
        self.assertEqual(self.run_weir("dataset", "list", "--state", "kc", "--json").json["datasets"], [])
        self.run_weir("dataset", "add", "crashes.dataset.yaml", "--state", "kc", "--accept-faults")


class Disks(BadInput):
    def test_full_disk_for_the_ledger(self):
        with self.small_disk("256k") as disk:
            for name in ("crashes.csv", "crashes.dataset.yaml", "crashes-by-hour.release.yaml"):
                (disk / name).write_bytes((self.folder / name).read_bytes())
            filler = disk / "filler"
            with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as file:
                while True:
                    file.write(b"x" * 4096)
            done = self.refuse("release", disk / "crashes-by-hour.release.yaml", "-q", "-o", "out.csv",
                               code=1, says="crashes.dataset.ledger")
            self.assertRegex(done.err, "(?i)no space|full")
            self.assertFalse((self.folder / "out.csv").exists())
            filler.unlink()
            self.run_weir("release", disk / "crashes-by-hour.release.yaml", "-o", "out.csv")
            shown = self.run_weir("release", disk / "crashes-by-hour.release.yaml", "--dry-run", "--json")
            self.assertEqual(shown.json["balance"]["spent_epsilon"], "1")

    def test_full_disk_for_the_output(self):
        with self.small_disk("4k") as disk:
            (disk / "filler").write_bytes(b"x" * 4096)
            self.refuse("release", self.spec, "-q", "-o", disk / "out.csv", code=1,
                        says=("out.csv", "No space"))
            self.assertEqual([path.name for path in disk.iterdir()], ["filler"])
            (disk / "filler").unlink()
            again = self.run_weir("release", self.spec, "-o", disk / "out.csv")
            self.assertIn("released before", again.err)
            self.assertTrue((disk / "out.csv").read_text().startswith(HEADER))

    def test_standard_output_that_takes_nothing(self):
        for more in (("-o", "-"), ("--json",), ()):
            done = self.run_weir("release", self.spec, "-q", *more, code=1, stdout="/dev/full")
            self.assertRegex(done.err, "cannot write the (table|release) to standard output: No space left on device; "
                                       "the charge stands, and the same question costs nothing again")
        self.assertIn("released before", self.run_weir("release", self.spec, "-o", "-").err)

    def as_nobody(self):
        if os.geteuid() != 0:
            return ()
        self.folder.chmod(0o755)
        return ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")

    def test_a_folder_where_no_ledger_can_be_made(self):
        before = self.as_nobody()
        self.folder.chmod(0o555)
        self.refuse("release", self.spec, "-q", "-o", "-", code=4, before=before,
                    says=("crashes.dataset.ledger", "ermission denied"))
        self.folder.chmod(0o755)
        self.assertFalse(self.ledger.exists())

    def test_a_ledger_of_somebody_else(self):
        self.run_weir("release", self.spec, "-o", "out.csv")
        before = digest_of(self.ledger)
        if os.geteuid() != 0:
            self.ledger.chmod(0o500)
        self.refuse("release", self.spec, "-q", "-o", "-", code=2, before=self.as_nobody(),
                    says=("crashes.dataset.ledger", "ermission denied"))
        self.assertEqual(digest_of(self.ledger), before)

    def test_an_output_folder_of_somebody_else(self):
        closed = self.folder / "closed"
        closed.mkdir(mode=0o555)
        self.refuse("release", self.spec, "-q", "-o", "closed/out.csv", code=4, before=self.as_nobody(),
                    says=("closed/out.csv", "ermission denied"))
        self.assertFalse(self.ledger.exists())

    def test_a_ledger_cut_short(self):
        self.run_weir("release", self.spec, "-o", "out.csv")
        whole = (self.ledger / "ledger.db").read_bytes()
        (self.ledger / "ledger.db").write_bytes(whole[:len(whole) // 2])
        self.refuse("release", self.write_question("q", 5), "-q", says="ledger.db")
        self.assertEqual((self.ledger / "ledger.db").read_bytes(), whole[:len(whole) // 2])


if __name__ == "__main__":
    main()
