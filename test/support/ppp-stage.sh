#!/bin/sh
# Runs a command where /dev/ppp is a plain file: pppd takes it for kernel support, carries its connect
# script out, and fails where it needs the kernel. For `unshare --mount`, so that nobody else sees it.
#
#   ppp-stage.sh FOLDER COMMAND...
set -e
stage=$1
shift
mount -t tmpfs none "$stage"
for node in /dev/*; do
  copy=$stage/${node#/dev/}
  if [ -L "$node" ]; then
    cp -P "$node" "$copy"
  elif [ -d "$node" ]; then
    mkdir "$copy"
    mount --rbind "$node" "$copy"
  else
    : >"$copy"
    mount --bind "$node" "$copy"
  fi
done
: >"$stage/ppp"
mount --rbind "$stage" /dev
exec "$@"
