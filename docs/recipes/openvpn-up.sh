#!/bin/sh
# --up script of openvpn, where its output goes to a log file: records the link up. Only with
# --up-delay: without it openvpn runs this before its server has answered.
# openvpn clears the environment of its scripts; --setenv hands these two over.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH
exec open-interval record "$OI_LINK" up --attempt "$OI_ATTEMPT"
