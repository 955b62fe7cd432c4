#!/bin/sh
# /etc/ppp/ip-down.d/open-interval: where pppd dials by pppd-connect.sh, nobody else sees the end.
# pppd does not tell why a link ended, so every end opens a window; ipparam is the link alone.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH
case ${6-} in
  '' | *' '*) ;;
  *) exec open-interval record "$6" down-abnormal --attempt current ;;
esac
