# SPDX-License-Identifier: Apache-2.0
# Database servers are installed for tests, which start their own: no package may start one or have
# it started later. Sourced by install.sh.

policy=/usr/sbin/policy-rc.d
held_services=
# Read by Debian's PostgreSQL packages: they else make a cluster, which starts with the machine.
no_cluster=/etc/postgresql-common/createcluster.d/weir.conf

# No service starts while packages are installed, unless the machine has a rule of its own.
hold_services() {
  as_root mkdir -p "$(dirname "$no_cluster")"
  echo 'create_main_cluster = false' | as_root tee "$no_cluster" >/dev/null
  [ ! -e "$policy" ] || return 0
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
  held_services=1
}

release_services() {
  as_root rm -f "$no_cluster"
  [ -n "$held_services" ] || return 0
  as_root rm -f "$policy"
  held_services=
}

# leave_disabled PACKAGE...: those that were just installed; a server that was there before is its
# owner's.
leave_disabled() {
  case " $* " in
    *" clickhouse-server "*)
      as_root systemctl disable clickhouse-server.service >/dev/null 2>&1 || true
      as_root update-rc.d clickhouse-server disable >/dev/null 2>&1 || true
      ;;
  esac
}
