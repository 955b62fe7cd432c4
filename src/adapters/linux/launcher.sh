#!/bin/sh
# Leads the session of one dialer and lets it go on a go line only (DESIGN R1, R2, R5). POSIX sh.
#
#   launcher.sh keep|drop command [argument...]
#
# Descriptor 8 is the link's lock file, opened by the supervisor; `drop` closes it before the dialer
# is started, `keep` lets the dialer hold the lock too. Descriptor 9 is a socket to the supervisor:
# the go line comes in by it, these words go out, and the dialer inherits it, so that the supervisor
# sees when the last process that holds it is gone.
#
#   locked | held | lockless N    the lock was taken, belongs to somebody else, could not be tried
#   void                          the go line came after its `startBy`, nothing was started
#   started                       the dialer is let go now
#   failed N                      the dialer could not be executed (126, 127)

say() {
  printf '%s\n' "$1" >&9
}

try_lock() {
  if command -v flock >/dev/null 2>&1; then
    flock -n 8
  else
    busybox flock -n 8
  fi
}

# Somebody who only asks whether the lock is held has it for a few milliseconds: so ask again.
take_lock() {
  for pause in 0.05 0.1 0.2 none; do
    try_lock 2>/dev/null
    lock_status=$?
    [ "$lock_status" -eq 1 ] || return
    [ "$pause" = none ] || sleep "$pause"
  done
}

# Sets now_cs, centiseconds of uptime. A leading zero would make a number octal.
read_uptime() {
  IFS=' ' read -r uptime idle </proc/uptime || exit 70
  hundredths=${uptime#*.}
  now_cs=$((${uptime%.*} * 100 + ${hundredths#0}))
}

# The supervisor's files, opened on nothing so that the numbers 8 and 9 could be used.
exec 3>&- 4>&- 5>&- 6>&- 7>&-
lock_use=$1
shift

take_lock
case $lock_status in
  0) say locked ;;
  1) say held ;;
  *) say "lockless $lock_status" ;;
esac
[ "$lock_status" -eq 0 ] || exit 0

# The end of the file means that the supervisor is gone, any other word that there is no grant.
IFS=' ' read -r word start_by_cs <&9 || exit 0
[ "$word" = go ] || exit 0

read_uptime
if [ "$now_cs" -gt "$start_by_cs" ]; then
  say void
  exit 0
fi

say started
[ "$lock_use" = keep ] || exec 8>&-
# bash leaves without its exit trap when an exec fails, unless it is told to go on.
shopt -s execfail 2>/dev/null
trap 'say "failed $?"' EXIT
exec "$@"
