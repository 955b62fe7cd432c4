#!/bin/sh
# One session of a NetworkManager connection: brings it up, says "up", stays until it is down.
#
#   open-interval dial isp --wait --up-when '^up$' -- nm-session.sh isp
connection=$1
hang_up() {
  trap '' TERM INT HUP
  nmcli --wait 10 connection down id "$connection" >/dev/null
  exit 143
}
trap hang_up TERM INT HUP
nmcli --wait 90 connection up id "$connection" &
wait $! || {
  # NetworkManager goes on by itself after nmcli has given up.
  nmcli --wait 10 connection down id "$connection" >/dev/null
  exit 1
}
echo up
while [ "$(nmcli --get-values GENERAL.STATE connection show id "$connection")" = activated ]; do
  sleep 5 &
  wait $!
done
exit 1
