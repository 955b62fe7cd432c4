#!/bin/sh
# /etc/NetworkManager/dispatcher.d/90-open-interval: notes what NetworkManager dials by itself, so that
# the audit knows of it and the gate waits after it. The link is called as the connection is.
action=$2
[ -n "${CONNECTION_ID-}" ] || exit 0
case $action in
  up | vpn-up) exec open-interval record "$CONNECTION_ID" dial ;;
  down | vpn-down) exec open-interval record "$CONNECTION_ID" down-abnormal ;;
esac
