#!/bin/sh
# One session of a modem that ModemManager runs: connects it, says "up", stays until it is lost.
#
#   open-interval dial lte --wait --up-when '^up$' -- mm-session.sh any apn=internet
modem=$1
settings=$2
hang_up() {
  trap '' TERM INT HUP
  mmcli --modem "$modem" --simple-disconnect >/dev/null
  exit 143
}
trap hang_up TERM INT HUP
mmcli --modem "$modem" --timeout 90 --simple-connect "$settings" &
wait $! || {
  # ModemManager may go on by itself after mmcli has given up.
  mmcli --modem "$modem" --simple-disconnect >/dev/null
  exit 1
}
echo up
while mmcli --modem "$modem" --output-keyvalue | grep -q '^modem\.generic\.state *: connected$'; do
  sleep 5 &
  wait $!
done
exit 1
