# SPDX-License-Identifier: Apache-2.0
"""The failing twin of check_layering.py: planted trees whose edges must be refused, or pass."""
import pathlib
import tempfile
import unittest

import check_layering

REFUSED = [
    ("lib/weir/base/a.h", '"weir/privacy/epsilon.h"', "base stands below privacy"),
    ("lib/weir/data/a.cc", '"weir/dp/laplace.h"', "data stands below dp"),
    ("lib/weir/ledger/a.cc", '"weir/release/door.h"', "ledger stands below release"),
    ("lib/weir/member/a.cc", '"services/wire/status.h"', "member stands below services/wire"),
    ("lib/weir/doc/a.cc", '"weir/crypto/age.h"', "doc and crypto are neighbours"),
    ("lib/weir/privacy/a.h", '"weir/doc/yaml.h"', "privacy and doc are neighbours"),
    ("lib/weir/coalition/a.cc", '"weir/dp/laplace.h"', "coalition and dp are neighbours"),
    ("lib/weir/joint/a.cc", '"weir/ledger/ledger.h"', "joint and ledger are neighbours"),
    ("lib/weir/member/a.cc", '"weir/hub/mailbox.h"', "member and hub are neighbours"),
    ("lib/weir/hub/a.cc", "<grpcpp/grpcpp.h>", "lib includes no gRPC"),
    ("lib/weir/hub/a.cc", '"weir/v1/hub.grpc.pb.h"', "lib includes no gRPC"),
    ("lib/weir/crypto/a.cc", "<sys/socket.h>", "lib includes no sockets"),
    ("lib/weir/data/duckdb/a.h", "<duckdb.h>", "public headers of lib"),
    ("lib/weir/crypto/a.h", "<openssl/evp.h>", "public headers of lib"),
    ("lib/weir/crypto/a.h", "<sodium.h>", "public headers of lib"),
    ("lib/weir/crypto/a.h", '"weir/crypto/internal/evp.h"', "no internal one"),
    ("lib/weir/ledger/a.cc", '"weir/crypto/internal/evp.h"', "belong to crypto alone"),
    ("lib/weir/extra/a.cc", '"weir/base/status.h"', "in no module of the design"),
    ("lib/weir/dp/a.cc", '"weir/extra/b.h"', "extra is not a module"),
    ("services/node/a.cc", '"services/hub/b.h"', "neighbours"),
    ("services/wire/a.cc", '"services/node/b.h"', "services/wire stands below services/node"),
    ("services/node/a.cc", '"tools/weir/b.h"', "services/node stands below tools"),
    ("tools/weir/a.cc", '"services/node/b.h"', "nothing else of services"),
    ("lib/weir/dp/a.cc", '"beside.h"', "the include path must equal"),
]
ALLOWED = [
    ("lib/weir/base/a.cc", '"weir/base/status.h"'),
    ("lib/weir/coalition/a.cc", '"weir/crypto/signed_note.h"'),
    ("lib/weir/coalition/a.cc", '"weir/doc/yaml.h"'),
    ("lib/weir/data/a.h", '"weir/v1/dataset.pb.h"'),
    ("lib/weir/data/duckdb/a.cc", "<duckdb.h>"),
    ("lib/weir/data/internal/a.h", "<duckdb.h>"),
    ("lib/weir/crypto/a.cc", '"weir/crypto/internal/evp.h"'),
    ("lib/weir/crypto/a.cc", "<openssl/evp.h>"),
    ("lib/weir/member/a.cc", '"weir/ledger/ledger.h"'),
    ("services/node/a.cc", '"weir/v1/peer.grpc.pb.h"'),
    ("services/node/a.cc", '"services/wire/status.h"'),
    ("services/hub/a.cc", '"weir/hub/mailbox.h"'),
    ("tools/weir/a.cc", '"services/wire/status.h"'),
    ("tools/weir/a.cc", '"weir/v1/steward.grpc.pb.h"'),
    ("tools/weir/a.cc", '"weir/member/member.h"'),
]


def faults_of(path, include):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name in ("lib/weir/dp/beside.h", path):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("// a comment\n")
        (root / path).write_text(f"#pragma once\n#include <string>\n# include {include}\n")
        return check_layering.check(root)


class CheckLayeringTest(unittest.TestCase):
    def test_refuses_each_wrong_edge_with_file_and_reason(self):
        for path, include, reason in REFUSED:
            with self.subTest(path=path, include=include):
                found = faults_of(path, include)
                self.assertEqual(len(found), 1, found)
                self.assertIn(path, found[0])
                self.assertIn(reason, found[0])

    def test_allows_each_right_edge(self):
        for path, include in ALLOWED:
            with self.subTest(path=path, include=include):
                self.assertEqual(faults_of(path, include), [])


if __name__ == "__main__":
    unittest.main()
