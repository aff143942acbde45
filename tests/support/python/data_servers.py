# SPDX-License-Identifier: Apache-2.0
"""Real PostgreSQL and ClickHouse servers for the tests of tests/cli, each in a folder of its own."""
import glob
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

START_SECONDS = 90
PASSWORD = "a long random text"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """Started when made. `stop` is what a machine does that is lost."""

    def __init__(self):
        # Short: the path of a socket ends at 108 bytes.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="weir_srv_", dir="/tmp"))
        self.port = free_port()
        self.process = None

    def wait(self, is_up):
        end = time.monotonic() + START_SECONDS
        while not is_up():
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError(f"{type(self).__name__} does not start: see {self.folder}")
            time.sleep(0.05)

    def stop(self):
        if self.process is not None:
            self.process.send_signal(self.LAST_SIGNAL)
            self.process.wait(START_SECONDS)
        self.process = None

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def spawn(self, command, **options):
        with open(self.folder / "out", "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            **options)


class PostgresServer(Server):
    """Role `reader` with PASSWORD may read the schema public."""

    LAST_SIGNAL = signal.SIGQUIT

    def __init__(self):
        super().__init__()
        self.programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.user = {}
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self.user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": ()}
        subprocess.run([f"{self.programs}/initdb", "-D", self.folder / "data", "-U", "postgres",
                        "--auth-local=trust", "--auth-host=scram-sha-256", "-E", "UTF8",
                        "--locale=C.UTF-8", "--no-sync"], check=True, capture_output=True, cwd="/",
                       **self.user)
        self.start()
        self.run(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
        self.run("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader")

    def start(self):
        self.spawn([f"{self.programs}/postgres", "-D", self.folder / "data", "-p", str(self.port),
                    "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.folder}",
                    "-c", "fsync=off", "-c", "shared_buffers=32MB"], cwd="/", **self.user)
        self.wait(lambda: self.psql("SELECT 1").returncode == 0)

    def psql(self, sql):
        return subprocess.run([f"{self.programs}/psql", "-h", self.folder, "-p", str(self.port), "-U",
                               "postgres", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql],
                              capture_output=True, text=True, check=False, cwd="/")

    def run(self, sql):
        done = self.psql(sql)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout


class ClickHouseServer(Server):
    """User `reader` with PASSWORD only reads, in at most two seconds."""

    LAST_SIGNAL = signal.SIGKILL
    USERS = f"""<yandex><profiles><default/>
<reader><readonly>2</readonly><max_execution_time>2</max_execution_time></reader></profiles>
<users><default><password/><networks><ip>127.0.0.1</ip></networks><profile>default</profile>
<quota>default</quota></default><reader><password>{PASSWORD}</password>
<networks><ip>127.0.0.1</ip></networks><profile>reader</profile><quota>default</quota></reader></users>
<quotas><default/></quotas></yandex>"""

    def __init__(self):
        super().__init__()
        folder = self.folder
        (folder / "users.xml").write_text(self.USERS)
        (folder / "config.xml").write_text(
            f"<yandex><logger><level>error</level><log>{folder}/log</log><errorlog>{folder}/errors"
            f"</errorlog></logger><http_port>{self.port}</http_port><tcp_port>{free_port()}</tcp_port>"
            f"<listen_host>127.0.0.1</listen_host><path>{folder}/data/</path><tmp_path>{folder}/tmp/"
            f"</tmp_path><users_config>{folder}/users.xml</users_config><default_profile>default"
            "</default_profile><default_database>default</default_database><mark_cache_size>67108864"
            "</mark_cache_size></yandex>")
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        self.spawn(["/usr/sbin/clickhouse-server", f"--config-file={self.folder}/config.xml"])
        self.wait(self.is_up)

    def is_up(self):
        try:
            return self.run("SELECT 1") == "1\n"
        except (urllib.error.URLError, OSError):
            return False

    def run(self, sql):
        with urllib.request.urlopen(self.url, data=sql.encode(), timeout=START_SECONDS) as answer:
            return answer.read().decode()
