#!/bin/sh
# grant-and-settle.sh LINK CONNECT WAIT
#
# Dials a link under a grant. CONNECT (a shell command) dials, and exits 0 once the link is up; WAIT
# runs for as long as it is up, and exits 0 if it ended well. Exits as `grant` does when there is no
# grant (75: wait; 77: a person must act; 69: no ledger), else as the command that failed.
set -u
link=$1 connect=$2 wait=$3
open_interval=${OPEN_INTERVAL:-open-interval}

# One field of the grant; jq does that, too.
field() {
  printf '%s\n' "$grant" | sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"
}

# The link belongs to this script: when it is gone, the link counts as lost.
grant=$($open_interval grant "$link" --owner $$ --dialer example --json) || exit
attempt=$(field attempt)

settle() {
  $open_interval settle "$link" "$@" --attempt "$attempt" >&2
}

# A grant is void after this uptime: the machine may have slept since.
read -r uptime _ </proc/uptime
if awk "BEGIN { exit !($uptime > $(field startByUptimeSec)) }"; then
  settle not-started
  exit 75
fi

# At the dial timeout the attempt counts as abandoned, so the dialer must be gone by then.
limit=$(awk "BEGIN { print $(field dialTimeoutSec) - $(field startWithinSec) }")
timeout -s KILL "$limit" sh -c "$connect"
code=$?
if [ "$code" -ne 0 ]; then
  settle failed --code "$code"
  exit "$code"
fi

# The link is up for everybody else only once that is recorded.
if ! settle up; then
  echo "hang up: that $link is up could not be recorded" >&2
  exit 69
fi

sh -c "$wait"
code=$?
if [ "$code" -eq 0 ]; then
  settle down
else
  $open_interval record "$link" down-abnormal --attempt "$attempt" --code "$code" >&2
fi
exit "$code"
