#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies and signs C2SP signed notes with python3-cryptography: nothing of it is Weir's.

usage: verify_note.py verify NOTE VKEY...        prints the names of the keys that signed; 1 if bad
       verify_note.py sign TEXT NAME SEED_HEX    prints the vkey, then the note
"""
import base64
import hashlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = b"\x01"


def key_id(name, public_key):
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public_key).digest()[:4]


def verify(path, vkeys):
    with open(path, "rb") as file:
        text, lines = file.read().decode().rsplit("\n\n", 1)
    text += "\n"
    known = {}
    for vkey in vkeys:
        name, digits, key = vkey.split("+", 2)
        typed = base64.b64decode(key, validate=True)
        assert typed[:1] == ED25519 and key_id(name, typed[1:]).hex() == digits
        known[name, bytes.fromhex(digits)] = Ed25519PublicKey.from_public_bytes(typed[1:])
    signed = []
    for line in lines.splitlines():
        dash, name, data = line.split(" ")
        assert dash == "\N{EM DASH}"
        data = base64.b64decode(data, validate=True)
        if (name, data[:4]) in known:
            known[name, data[:4]].verify(data[4:], text.encode())
            signed.append(name)
    return signed


def sign(path, name, seed):
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    with open(path, "rb") as file:
        text = file.read()
    identifier = key_id(name, public)
    vkey = f"{name}+{identifier.hex()}+{base64.b64encode(ED25519 + public).decode()}"
    line = base64.b64encode(identifier + key.sign(text)).decode()
    return vkey + "\n" + text.decode() + f"\n\N{EM DASH} {name} {line}\n"


def main():
    if sys.argv[1] == "sign":
        sys.stdout.buffer.write(sign(*sys.argv[2:]).encode())
        return 0
    try:
        signed = verify(sys.argv[2], sys.argv[3:])
    except (InvalidSignature, AssertionError, ValueError):
        return 1
    print("\n".join(signed))
    return 0 if signed else 1


if __name__ == "__main__":
    sys.exit(main())
