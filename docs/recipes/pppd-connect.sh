#!/bin/sh
# connect script of pppd: waits until the link may be dialed, and lets chat dial once.
#
#   connect "/etc/open-interval/pppd-connect.sh isp /etc/ppp/isp.chat"
#
# Standard input and output are the modem: nothing may be printed but to standard error.
exec open-interval dial "$1" --oneshot --wait -- chat -f "$2"
