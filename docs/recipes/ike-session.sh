#!/bin/sh
# One session of a strongSwan connection: initiates it, says "up", stays until it is gone.
#
#   open-interval dial branch --wait --up-when '^up$' -- ike-session.sh branch
#
# IKE_SA and CHILD_SA are called alike here; swanctl.conf must not make charon retry (strongswan.md).
name=$1
hang_up() {
  trap '' TERM INT HUP
  swanctl --terminate --ike "$name" --timeout 10 >/dev/null
  exit 143
}
trap hang_up TERM INT HUP
swanctl --initiate --child "$name" --timeout 90 &
wait $! || {
  # charon may go on by itself after swanctl has given up.
  swanctl --terminate --ike "$name" --force --timeout 10 >/dev/null
  exit 1
}
echo up
while swanctl --list-sas --ike "$name" | grep -q ESTABLISHED; do
  sleep 5 &
  wait $!
done
exit 1
