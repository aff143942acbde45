# SPDX-License-Identifier: Apache-2.0
"""Fails if a static library reaches the outside by itself instead of through interfaces of base.

usage: check_symbols.py LIBRARY.a...

Clock, random source, files, threads and sockets reach these modules only as arguments, so that a
whole coalition can run on virtual time. SQLite's own calls are not seen here: it gets a VFS.
"""
import re
import subprocess
import sys

NAMES = set("""
    socket socketpair connect bind listen accept accept4 send sendto sendmsg recv recvfrom recvmsg
    getaddrinfo gethostbyname
    open open64 openat openat64 creat creat64 fopen fopen64 freopen freopen64 tmpfile mkstemp
    __open_2 __open64_2 __openat_2 __openat64_2 opendir unlink rename mkdir
    clock_gettime gettimeofday time timespec_get clock_nanosleep nanosleep usleep sleep
    getrandom getentropy rand rand_r srand random srandom drand48 lrand48 arc4random
    arc4random_buf RAND_bytes RAND_priv_bytes randombytes_buf randombytes_random
    randombytes_uniform
    pthread_create fork vfork posix_spawn system popen
""".split())
PATTERNS = re.compile(
    r"std::random_device::"
    r"|std::chrono::_V2::(system|steady)_clock::now"
    r"|std::basic_([io]?fstream|filebuf)<"
    r"|std::thread::_M_start_thread"
    r"|std::filesystem::(?!(__cxx11::)?path::|(__cxx11::)?filesystem_error)"
)


def undefined(library):
    """(object file, demangled symbol) for every undefined symbol of the archive."""
    listing = subprocess.run(["nm", "-uC", library], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    member = "?"
    for line in listing.splitlines():
        if line.endswith(".o:"):
            member = line[:-1]
        elif line.strip():
            yield member, line.split(maxsplit=1)[1]


def faults(library):
    for member, symbol in undefined(library):
        name = symbol.split("@")[0].partition("(")[0]
        if name in NAMES or PATTERNS.search(name):
            yield f"{library}({member}): {symbol}: reach it through an interface of weir/base"


def main(libraries):
    found = [fault for library in libraries for fault in faults(library)]
    print("\n".join(found) if found else f"{len(libraries)} libraries keep to the interfaces")
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
