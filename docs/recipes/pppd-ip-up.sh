#!/bin/sh
# /etc/ppp/ip-up.d/open-interval: records the link up as soon as it is.
# pppd hands ipparam over as $6: "LINK ATTEMPT" where dial runs pppd, else no business of ours.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH
case ${6-} in
  *' '*) exec open-interval record "${6% *}" up --attempt "${6##* }" ;;
esac
