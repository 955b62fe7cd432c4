#!/bin/sh
# Dials a Windows phone book entry from WSL: grant, rasdial, settle. The ledger is on WSL's own disk.
#
#   rasdial.sh LINK ENTRY [ARGUMENT...]     ARGUMENT: user name, password, /phonebook: ...
#
# The link belongs to process 1 of this WSL, because rasdial leaves the connection behind; how it ends is told
# by: open-interval settle LINK down --attempt ID, or record LINK down-abnormal --attempt ID
: "${RASDIAL:=rasdial.exe}"
link=$1
shift
grant=$(open-interval grant "$link" --owner 1 --dialer rasdial --json) || exit
attempt=${grant#*\"attempt\":\"}
attempt=${attempt%%\"*}

start_by=${grant#*\"startByUptimeSec\":}
start_by=${start_by%%[!0-9]*}
IFS=' .' read -r uptime rest </proc/uptime
if [ "$uptime" -ge "$start_by" ]; then
  open-interval settle "$link" not-started --attempt "$attempt"
  exit 75
fi

# WSL passes on exit codes modulo 256, so the error number is read from what rasdial prints.
printed=$($RASDIAL "$@" 2>&1)
code=$?
printf '%s\n' "$printed"
if [ "$code" -eq 0 ]; then
  open-interval settle "$link" up --attempt "$attempt" && exit
  # Up that is not in the ledger is abandoned at the dial timeout: hang up rather than be dialed beside.
  $RASDIAL "$1" /disconnect
  exit 69
fi
number=$(printf '%s\n' "$printed" | grep -oE '\b[6-9][0-9]{2}\b' | head -n 1)
open-interval settle "$link" failed --attempt "$attempt" --code "${number:-$code}"
exit "$code"
