#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Seven regions share their first figures: the whole way of a question, on real crash records.

Real processes over mutual TLS on loopback, each with its own state folder in a temporary place.
Everything is stopped and removed at the end, also on Ctrl-C. --keep leaves the folder.
"""

import argparse
import csv
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from coalition import Coalition, Failed, free_ports

HERE = pathlib.Path(__file__).resolve().parent
REGIONS = {"kc": "Kansas City", "il": "Illinois", "ntx": "North Texas", "co": "Colorado",
           "phx": "Phoenix", "jax": "North Florida", "tus": "Southern Arizona"}
OTHERS = [region for region in REGIONS if region != "kc"]
SIGNERS = ["kc", "il", "co", "tus"]
SLOW = "co"  # works at slow ticks, so that it can be killed between its charge and its work
TICK_MS = {SLOW: 2500}
HOURS = [0, 4, 8, 12, 16, 20, 24]

AGREEMENT = """agreement: kc-{provider}-crashes
coalition: partnership
provider: {provider}
consumer: kc
dataset: crashes
purpose: joint road safety figures
keys:
  - weekday
  - {{column: hour, bucket: {{edges: [0, 4, 8, 12, 16, 20, 24]}}}}
measures: [rows, {{sum: fatalities}}]
budget_share: {{epsilon: {share}}}
approval: auto
not_before: 2026-01-01T00:00:00Z
expires: 2035-01-01T00:00:00Z
"""

QUESTION = """dataset: crashes
keys:
{keys}measures: [rows, {{sum: fatalities}}]
bounds: {{max_keys_per_unit: 1, max_rows_per_key: 1}}
privacy: {{epsilon: {epsilon}}}
"""
WEEKDAY = "  - weekday\n"
HOUR = "  - {column: hour, bucket: {edges: [0, 4, 8, 12, 16, 20, 24]}}\n"

started = time.monotonic()


def say(text=""):
    print(text, flush=True)


def step(text):
    say(f"\n[{time.monotonic() - started:5.1f} s] {text}")


def in_parallel(coalition, commands):
    """Runs the command line once for every (region, arguments), all at the same time."""
    running = [(region, coalition.begin(*arguments, region=region)) for region, arguments in commands]
    answers = []
    for region, process in running:
        out, err = process.communicate(timeout=60)
        if process.returncode != 0:
            raise Failed(f"a command for {region} exited with {process.returncode}:\n{out}{err}")
        answers.append(json.loads(out) if out.strip() else {})
    return answers


def write(path, text):
    path.write_text(text, encoding="ascii")
    return path


def found_coalition(coalition):
    ports = free_ports(len(REGIONS) + 1)
    coalition.weir("hub", "init", "--coalition", "partnership", "--address", f"127.0.0.1:{ports[0]}",
                   region="hub")
    in_parallel(coalition, [
        (region, ["init", "--member", region, "--coalition", "partnership", "--title", title,
                  "--address", f"127.0.0.1:{port}", "--steward", "alice"])
        for (region, title), port in zip(REGIONS.items(), ports[1:])])
    charter = coalition.folder / "partnership.charter"
    cards = []
    for region in REGIONS:
        cards += ["--member", coalition.state(region) / "identity" / "member.yaml"]
    coalition.weir("charter", "draft", "--coalition", "partnership", *cards, "--hub",
                   coalition.state("hub") / "identity" / "hub.yaml", "--threshold", 4,
                   "--expires", "2035-01-01T00:00:00Z", "-o", charter)
    for region in SIGNERS:
        coalition.weir("charter", "sign", charter, region=region)
    say(f"   the charter names {len(REGIONS)} members and is signed by {', '.join(SIGNERS)}")
    in_parallel(coalition, [(region, ["join", charter]) for region in REGIONS])
    return charter


def start_node(coalition, region):
    config = write(coalition.folder / f"{region}.node.yaml",
                   f"tick_milliseconds: {TICK_MS.get(region, 400)}\n")
    coalition.start(region, "weir-node", "--config", str(config))


def start_daemons(coalition, charter):
    coalition.start("hub", "weir-hub", "--charter", str(charter))
    for region in REGIONS:
        start_node(coalition, region)
    coalition.wait_until_listening(["hub", *REGIONS])
    deadline = time.monotonic() + 10
    while True:
        members = coalition.ask("member", "list", region="kc")["members"]
        if sum(member.get("enrolled", False) for member in members) == len(REGIONS):
            break
        if time.monotonic() > deadline:
            raise Failed("not all nodes have enrolled with the hub")
        time.sleep(0.2)
    say(coalition.weir("member", "list", region="kc"))


def register_data(coalition):
    # A registered file has a closed ledger beside it: each run registers copies of its own.
    data = coalition.folder / "data"
    shutil.copytree(HERE / "data", data)
    in_parallel(coalition, [
        (region, ["dataset", "add", data / region / "crashes.dataset.yaml"]) for region in REGIONS])
    say(coalition.weir("dataset", "list", region="kc"))


def agree(coalition):
    for region in OTHERS:
        share = 10 if region == "tus" else 3
        document = write(coalition.folder / f"kc-{region}.agreement.yaml",
                         AGREEMENT.format(provider=region, share=share))
        coalition.weir("agreement", "propose", document, region="kc")
    # What each region signs is the text that it has been shown.
    shown = in_parallel(coalition, [
        (region, ["agreement", "show", f"kc-{region}-crashes"]) for region in OTHERS])
    in_parallel(coalition, [
        (region, ["agreement", "sign", f"kc-{region}-crashes", "--from", "kc", "--sha256",
                  agreement["text_sha256"]]) for region, agreement in zip(OTHERS, shown)])
    say(coalition.weir("agreement", "list", region="kc"))


def ask_all(coalition, spec):
    target = OTHERS[0]
    say(coalition.weir("request", "preview", spec, "--to", target, "--agreement",
                       f"kc-{target}-crashes", region="kc"))
    answers = in_parallel(coalition, [
        ("kc", ["request", "send", spec, "--to", region, "--agreement", f"kc-{region}-crashes",
                "--wait", "25"]) for region in OTHERS])
    for answer in answers:
        if answer["state"] != "delivered":
            raise Failed(f"{answer['target']} has not delivered: {answer['state']}")
    say(f"   {len(answers)} packages have come through the hub and were verified")
    return {answer["target"]: answer["package"] for answer in answers}


def open_all(coalition, packages):
    parquet = coalition.folder / "joint.parquet"
    say(coalition.weir("package", "open", *packages.values(), "--sum", "--chart", "rows", "-o",
                       parquet, region="kc", stderr=True))
    say(coalition.weir("package", "open", *packages.values(), "--sum", region="kc"))
    say(f"   joint.parquet: {parquet.stat().st_size} bytes")
    return coalition.ask("package", "open", *packages.values(), "--sum", region="kc")["rows"]


def head(coalition, region):
    return coalition.ask("ledger", "show", region=region)["head_sha256"]


def expect_refusal(coalition, spec, target, reasons):
    before = head(coalition, target)
    refusal = coalition.begin("request", "send", spec, "--to", target, "--agreement",
                              f"kc-{target}-crashes", "--wait", "20", region="kc")
    _, err = refusal.communicate(timeout=60)
    if refusal.returncode != 3:
        raise Failed(f"a question that must be refused exited with {refusal.returncode}: {err}")
    reason = json.loads(err.splitlines()[-1])["reason"]
    if reason not in reasons:
        raise Failed(f"refused for {reason} instead of {reasons}")
    if head(coalition, target) != before:
        raise Failed(f"the ledger of {target} changed by a refusal")
    say(f"   {target} refuses: {reason} (exit code 3); its ledger is unchanged")


def show_refusals(coalition):
    outside = write(coalition.folder / "by-county.release.yaml",
                    QUESTION.format(keys=WEEKDAY, epsilon=1).replace("sum: fatalities", "sum: persons"))
    expect_refusal(coalition, outside, "il", ["measure_not_agreed"])
    large = write(coalition.folder / "large.release.yaml",
                  QUESTION.format(keys=WEEKDAY + HOUR, epsilon=5))
    expect_refusal(coalition, large, "tus", ["dataset_budget"])


def payload_digest(coalition, package, name):
    folder = coalition.folder / name
    coalition.weir("package", "export", package, "-o", folder, region="kc")
    return (folder / "payload.parquet").read_bytes(), folder


def show_same_answer(coalition, spec, packages):
    before = head(coalition, "jax")
    again = coalition.ask("request", "send", spec, "--to", "jax", "--agreement", "kc-jax-crashes",
                          "--wait", "20", region="kc")
    first, _ = payload_digest(coalition, packages["jax"], "first")
    second, _ = payload_digest(coalition, again["package"], "second")
    if first != second or head(coalition, "jax") != before:
        raise Failed("the same question gave other bytes or a new charge")
    say(f"   the same {len(first)} bytes again, in a new package; no charge")


def wait_for_mail(coalition):
    mailbox = coalition.state("hub") / "mailbox" / "mail" / "kc"
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        bodies = sorted(mailbox.glob("*/body.age")) if mailbox.exists() else []
        if bodies:
            return bodies[0]
        time.sleep(0.05)
    raise Failed("no package came to the hub while Kansas City was down")


def try_to_read(body, keys):
    """Whether the real `age` opens the file with one of the keys."""
    for key in keys:
        done = subprocess.run(["age", "-d", "-i", str(key), str(body)], capture_output=True, timeout=20,
                              check=False)
        if done.returncode == 0:
            return True
    return False


def show_blind_hub(coalition):
    spec = write(coalition.folder / "by-weekday.release.yaml",
                 QUESTION.format(keys=WEEKDAY, epsilon=0.5))
    request = coalition.ask("request", "send", spec, "--to", "phx", "--agreement", "kc-phx-crashes",
                            region="kc")
    coalition.stop("kc")
    body = wait_for_mail(coalition)
    keys = [path for path in (coalition.state("hub") / "identity").iterdir()]
    if b"PAR1" in body.read_bytes() or try_to_read(body, keys):
        raise Failed("the hub could read a package")
    if shutil.which("age") and not try_to_read(body, [coalition.state("kc") / "identity" / "age.key"]):
        raise Failed("the real age cannot open the package with the recipient's key")
    say("   Kansas City is down; its package waits at the hub. The hub's own keys do not open it,")
    say("   the real `age` with Kansas City's key does")
    start_node(coalition, "kc")
    coalition.wait_until_listening(["kc"])
    wait_delivered(coalition, request["request"])
    say("   Kansas City is back and has collected it")


def wait_delivered(coalition, request):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        shown = coalition.ask("request", "show", request, region="kc")["request"]
        if shown["state"] == "delivered" and shown.get("package"):
            return shown
        if shown["state"] in ("failed", "refused"):
            raise Failed(f"request {request} ended as {shown['state']}")
        time.sleep(0.1)
    raise Failed(f"request {request} was not delivered")


def account(coalition, region):
    return coalition.ask("ledger", "show", region=region)["balances"][0]


def show_crash(coalition):
    spec = write(coalition.folder / "by-hour.release.yaml",
                 QUESTION.format(keys=HOUR, epsilon=0.25))
    before = account(coalition, SLOW)
    request = coalition.ask("request", "send", spec, "--to", SLOW, "--agreement",
                            f"kc-{SLOW}-crashes", region="kc")
    coalition.kill(SLOW)
    crashed = account(coalition, SLOW)  # read in a process of its own: no node is running
    if int(crashed["charges"]) != int(before["charges"]) + 1 or int(crashed["unfinished_charges"]) != 1:
        raise Failed(f"the charge did not survive the crash: {crashed}")
    say(f"   {SLOW} was killed after its charge: epsilon {crashed['spent_epsilon']} spent, one charge "
        "without a release")
    start_node(coalition, SLOW)
    coalition.wait_until_listening([SLOW])
    wait_delivered(coalition, request["request"])
    after = account(coalition, SLOW)
    if after["spent_epsilon"] != crashed["spent_epsilon"] or after.get("unfinished_charges", 0) != 0:
        raise Failed(f"the charge was not finished once: {after}")
    say(f"   back again: the release is finished, epsilon {after['spent_epsilon']} spent as before")


def truth():
    """The exact figures: this is public data, so the demo may look."""
    cells = {}
    for region in OTHERS:
        with open(HERE / "data" / region / "crashes.csv", newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                hour = int(row["hour"])
                if hour > 23:
                    continue
                low = hour // 4 * 4
                key = (int(row["weekday"]), f"[{low},{low + 4})")
                crashes, deaths = cells.get(key, (0, 0))
                cells[key] = (crashes + 1, deaths + int(row["fatalities"]))
    return cells


def summarise(coalition, rows):
    say("   region  epsilon spent  of  left")
    for region in REGIONS:
        balance = account(coalition, region)
        say(f"   {region:6}  {balance.get('spent_epsilon', '0'):>13}  {balance['budget_epsilon']}  "
            f"{balance.get('remaining_epsilon', '0')}")
    exact = truth()
    inside = total = 0
    for row in rows:
        crashes, deaths = exact.get((row["weekday"], row["hour"]), (0, 0))
        for name, value in (("rows", crashes), ("sum_fatalities", deaths)):
            total += 1
            inside += row[f"{name}_low"] <= value <= row[f"{name}_high"]
    noised = sum(row["rows"] for row in rows)
    say(f"\n   six regions, crashes: {noised} with noise, "
        f"{sum(crashes for crashes, _ in exact.values())} in truth")
    say(f"   fatalities: {sum(row['sum_fatalities'] for row in rows)} with noise, "
        f"{sum(deaths for _, deaths in exact.values())} in truth")
    say(f"   {inside} of {total} intervals of 95 % hold the true value")


def run(coalition):
    step("seven regions and a hub make their keys; a charter is drafted and signed")
    charter = found_coalition(coalition)
    step("hub and nodes start and enrol")
    start_daemons(coalition, charter)
    step("each region registers its crash records of 2015")
    register_data(coalition)
    step("Kansas City agrees with the other six; both sides sign")
    agree(coalition)
    step("Kansas City asks for crashes and fatalities by weekday and hour band")
    spec = write(coalition.folder / "crashes.release.yaml",
                 QUESTION.format(keys=WEEKDAY + HOUR, epsilon=1))
    packages = ask_all(coalition, spec)
    step("it opens the packages: sums over six regions with 95 % intervals")
    rows = open_all(coalition, packages)
    step("a question outside the agreement, and one over the budget")
    show_refusals(coalition)
    step("the same question again")
    show_same_answer(coalition, spec, packages)
    step("what the hub can read")
    show_blind_hub(coalition)
    step(f"{SLOW} is killed between its charge and its release")
    show_crash(coalition)
    step("what was spent, and how the sums compare with the truth")
    summarise(coalition, rows)
    for region in REGIONS:
        coalition.weir("ledger", "verify", region=region)
    say(f"\nAll seven ledgers verify. Done in {time.monotonic() - started:.1f} s.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", default=str(HERE.parent / "build" / "bin"),
                        help="folder of weir, weir-node and weir-hub")
    parser.add_argument("--keep", action="store_true", help="leave the state folders")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    coalition = Coalition(arguments.programs)
    try:
        run(coalition)
        return 0
    except Failed as failed:
        print(f"\nthe demo failed: {failed}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
    finally:
        if arguments.keep:
            say(f"state folders: {coalition.folder}")
            for name in list(coalition.daemons):
                coalition.stop(name)
        else:
            coalition.close()


if __name__ == "__main__":
    sys.exit(main())
