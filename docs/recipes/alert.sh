#!/bin/sh
# Tells a person when a link needs one: for cron, where there is no systemd.
#
#   alert.sh COMMAND...     COMMAND gets the text on its standard input, such as: mail -s links root
text=$(open-interval status --fail-on 'exhausted,held,unreadable,down>1h' 2>&1)
code=$?
[ "$code" -eq 0 ] && exit 0
# 1 names the links; anything else (69: no ledger) means that nothing is dialed at all.
printf 'open-interval status exited %s\n%s\n' "$code" "$text" | "$@"
exit "$code"
