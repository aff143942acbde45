# SPDX-License-Identifier: Apache-2.0
"""The failing twin of check_symbols.py: check_symbols_test.py PLANTED.a INNOCENT.a"""
import sys
import unittest

import check_symbols

PLANTED = INNOCENT = ""


class CheckSymbolsTest(unittest.TestCase):
    def test_names_every_planted_symbol(self):
        found = "\n".join(check_symbols.faults(PLANTED))
        for symbol in ("socket", "connect", "open", "clock_gettime", "getrandom", "rand",
                       "std::random_device::_M_getval()",
                       "std::chrono::_V2::system_clock::now()",
                       "std::chrono::_V2::steady_clock::now()", "std::thread::_M_start_thread",
                       "fopen", "std::basic_ifstream<", "std::filesystem::status("):
            with self.subTest(symbol=symbol):
                self.assertIn(f": {symbol}", found)
        self.assertRegex(found, r": (clock_)?nanosleep")
        self.assertIn("planted_symbols.cc.o", found)
        self.assertEqual(check_symbols.main([PLANTED]), 1)

    def test_accepts_a_library_without_them(self):
        self.assertEqual(list(check_symbols.faults(INNOCENT)), [])


if __name__ == "__main__":
    INNOCENT = sys.argv.pop()
    PLANTED = sys.argv.pop()
    unittest.main()
