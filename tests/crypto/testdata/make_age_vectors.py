#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes age_vectors.json from a checkout of the age test vectors of C2SP CCTV.

usage: make_age_vectors.py CCTV_CHECKOUT > age_vectors.json

Taken are the vectors that concern what Weir reads: binary files, X25519 identities. Left out are
armor, passphrases and post-quantum identities, and three files of more than 16 MiB (the carry into
the second counter byte is tested against the age command instead).
"""
import base64
import json
import pathlib
import subprocess
import sys

LEFT_OUT = {"stream_257_chunks", "stream_257_chunks_full", "stream_258_chunks"}
POST_QUANTUM = "AGE-SECRET-KEY-PQ-"


def read(path):
    head, body = path.read_bytes().split(b"\n\n", 1)
    fields = [line.split(": ", 1) for line in head.decode().splitlines()]
    identities = [value for key, value in fields if key == "identity"]
    own = [text for text in identities if not text.startswith(POST_QUANTUM)]
    values = dict(fields)
    if values.get("armored") or (identities and not own) or len(own) > 1:
        return None
    if "passphrase" in values and not own:
        return None
    return {
        "name": path.name,
        "expect": values["expect"],
        "payload_sha256": values.get("payload", ""),
        "identity": own[0] if own else "",
        "compressed": values.get("compressed", "") == "zlib",
        "file": base64.b64encode(body).decode(),
    }


def main():
    checkout = pathlib.Path(sys.argv[1])
    commit = subprocess.run(["git", "-C", str(checkout), "rev-parse", "HEAD"], check=True,
                            capture_output=True, text=True).stdout.strip()
    paths = sorted((checkout / "age" / "testdata").iterdir())
    vectors = [read(path) for path in paths if path.name not in LEFT_OUT]
    json.dump({
        "source": "C2SP CCTV, age/testdata, commit " + commit,
        "licence": "0BSD, CC0-1.0 or Unlicense, to the user's choice",
        "spec_version": "age-encryption.org/v1",
        "made_by": "tests/crypto/testdata/make_age_vectors.py",
        "vectors": [vector for vector in vectors if vector],
    }, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
