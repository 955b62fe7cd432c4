#!/bin/sh
# Ends a dialer at its deadline, or when its supervisor is gone (DESIGN R5). POSIX sh.
#
#   guard.sh SESSION START_TICKS ATTEMPT GRACE_CS
#
# SESSION is the pid of the session's leader and START_TICKS when that process started. Deadlines
# are centiseconds of uptime. Descriptor 8 is the link's lock: it is held as long as this runs.
#
#   until TERM_CS KILL_CS   end the dialer then          -> says "armed"
#   never                   it is up, no deadline holds  -> says "armed"
#   bye                     nothing is left to guard: leave
#   end of file             the supervisor is gone: TERM now, KILL after GRACE_CS
#
# Signals meant for the dialer or for its supervisor must not end this.
trap '' TERM INT HUP QUIT PIPE USR1 USR2 ALRM TSTP TTIN TTOU

session=$1
start_ticks=$2
attempt=$3
grace_cs=$4
kill_cs=
timer=

# Sets now_cs. A leading zero would make a number octal.
read_uptime() {
  IFS=' ' read -r uptime idle </proc/uptime || exit 70
  hundredths=${uptime#*.}
  now_cs=$((${uptime%.*} * 100 + ${hundredths#0}))
}

# A new leader with the number means that the old session is empty and this one is foreign.
session_is_ours() {
  [ ! -e "/proc/$session/stat" ] ||
    grep -qsE "\) . ([-0-9]+ ){18}$start_ticks [^)]*\$" "/proc/$session/stat" 8>&-
}

# Sets pids to what is alive: by session (a zombie only if it has threads left), and by environment
# what has left the session. Nothing after the last bracket of a stat line is the process's name.
find_dialer() {
  pids=
  sessions=
  if session_is_ours; then
    sessions=$(grep -lsE "\) ([^ZXx] [0-9]+ [0-9]+ $session |Z [0-9]+ [0-9]+ $session ([-0-9]+ ){13}([2-9]|[0-9][0-9]+) )[^)]*\$" \
      /proc/[0-9]*/stat 8>&-)
  fi
  marked=$(grep -lsF "OPEN_INTERVAL_ATTEMPT=$attempt" /proc/[0-9]*/environ 8>&-)
  for file in $sessions $marked; do
    pid=${file#/proc/}
    pids="$pids ${pid%%/*}"
  done
  [ -n "$pids" ]
}

# While a process executes another program its environment cannot be read: one miss may be that.
dialer_is_alive() {
  find_dialer && return
  pause_cs 3
  find_dialer
}

# Only this form of kill is understood by dash, bash and busybox alike. The group first: at once.
signal_dialer() {
  [ -z "$sessions" ] || kill -s "$1" -- "-$session" 2>/dev/null
  # shellcheck disable=SC2086
  kill -s "$1" $pids 2>/dev/null
}

pause_cs() {
  hundredths=$(($1 % 100))
  [ "$hundredths" -gt 9 ] || hundredths=0$hundredths
  sleep "$(($1 / 100)).$hundredths" 8>&-
}

# TERM and CONT now, KILL at $1. Gives up after 100 more tries: what is left then cannot be ended.
end_dialer() {
  dialer_is_alive || return 0
  signal_dialer TERM
  signal_dialer CONT
  tries=0
  while dialer_is_alive && [ "$tries" -lt 100 ]; do
    read_uptime
    left_cs=$(($1 - now_cs))
    if [ "$left_cs" -le 0 ]; then
      signal_dialer KILL
      tries=$((tries + 1))
      left_cs=5
    fi
    [ "$left_cs" -le 10 ] || left_cs=10
    pause_cs "$left_cs"
  done
}

# A timer that outlives its guard would end a dialer that has a new guard and is up.
parent_is_guard() {
  IFS= read -r line </proc/self/stat || return 1
  # shellcheck disable=SC2086
  set -- ${line##*) }
  [ "$2" = "$$" ]
}

start_timer() {
  (
    exec </dev/null >/dev/null 8>&-
    read_uptime
    while [ "$now_cs" -lt "$1" ]; do
      parent_is_guard || exit 0
      left_cs=$(($1 - now_cs))
      [ "$left_cs" -le 100 ] || left_cs=100
      pause_cs "$left_cs"
      read_uptime
    done
    parent_is_guard || exit 0
    end_dialer "$2"
  ) &
  timer=$!
}

stop_timer() {
  [ -n "$timer" ] || return 0
  kill -s KILL "$timer" 2>/dev/null
  wait "$timer" 2>/dev/null
  timer=
}

echo ready
while IFS=' ' read -r word term_cs until_cs; do
  case $word in
    until)
      stop_timer
      kill_cs=$until_cs
      start_timer "$term_cs" "$until_cs"
      echo armed
      ;;
    never)
      stop_timer
      kill_cs=
      echo armed
      ;;
    bye)
      stop_timer
      exit 0
      ;;
  esac
done

stop_timer
read_uptime
limit_cs=$((now_cs + grace_cs))
[ -z "$kill_cs" ] || [ "$kill_cs" -gt "$limit_cs" ] || limit_cs=$kill_cs
end_dialer "$limit_cs"
