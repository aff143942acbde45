# SPDX-License-Identifier: Apache-2.0
"""Reads every #include below lib/, services/ and tools/ and fails on an edge that is not allowed.

usage: check_layering.py ROOT

A module may include itself and modules on lower floors; neighbours do not include each other.
"""
import pathlib
import re
import sys

FLOORS = [
    ["base"],
    ["doc", "privacy", "crypto"],
    ["data"],
    ["coalition", "dp", "anon"],
    ["joint", "ledger"],
    ["release"],
    ["member", "hub"],
    ["services/wire"],
    ["services/console"],
    ["services/node", "services/hub"],
    ["tools"],
]
FLOOR = {name: level for level, names in enumerate(FLOORS) for name in names}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
GRPC = re.compile(r"^(grpc|grpcpp|grpc\+\+)/|\.grpc\.pb\.h$")
SOCKETS = re.compile(r"^(sys/socket|sys/un|netdb|arpa/|netinet/)")
HIDDEN = re.compile(r"^(duckdb|openssl/|sodium)")
SUFFIXES = {".h", ".cc", ".inc"}


def module_of(path):
    """The module a path (relative to the root, or as written in an #include) belongs to."""
    parts = path.parts
    if parts[0] == "lib":
        parts = parts[1:]
    if parts[0] == "weir" and len(parts) > 2:
        return parts[1]
    if parts[0] == "services":
        return "services/" + (parts[1] if len(parts) > 2 else "")
    return "tools" if parts[0] == "tools" else None


def fault(root, source, text):
    """Why `source` may not include `text`, or None. Paths are relative to `root`."""
    target = pathlib.PurePosixPath(text)
    in_lib = source.parts[0] == "lib"
    module = module_of(source)
    public = in_lib and source.suffix == ".h" and "internal" not in source.parts
    if in_lib and GRPC.search(text):
        return "lib includes no gRPC"
    if in_lib and SOCKETS.search(text):
        return "lib includes no sockets"
    if public and HIDDEN.search(text):
        return "public headers of lib include no DuckDB, OpenSSL or libsodium"
    if target.parts[:2] == ("weir", "v1"):
        return None
    if (root / source.parent / text).is_file():
        return "the include path must equal the path on disk, from weir/, services/ or tools/"
    other = module_of(target)
    if other is None or other == module:
        return "a public header includes no internal one" \
            if public and other == module and "internal" in target.parts else None
    if other not in FLOOR:
        return f"{other} is not a module of the design"
    if "internal" in target.parts:
        return f"headers in internal/ belong to {other} alone"
    if module == "tools" and other.startswith("services/") and other != "services/wire":
        return "tools may use services/wire and nothing else of services"
    if FLOOR[other] == FLOOR[module]:
        return f"{module} and {other} are neighbours on one floor"
    if FLOOR[other] > FLOOR[module]:
        return f"{module} stands below {other}"
    return None


def check(root):
    faults = []
    for top in ("lib", "services", "tools"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in SUFFIXES:
                continue
            source = path.relative_to(root)
            if module_of(source) not in FLOOR:
                faults.append(f"{source}: in no module of the design")
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                match = INCLUDE.match(line)
                reason = match and fault(root, source, match.group(1))
                if reason:
                    faults.append(f"{source}:{number}: includes {match.group(1)}: {reason}")
    return faults


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    found = check(pathlib.Path(sys.argv[1]).resolve())
    print("\n".join(found) if found else "every include goes down")
    sys.exit(1 if found else 0)
