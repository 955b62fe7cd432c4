/** Dialers that misbehave, as `sh -c` scripts. Each would run for minutes if nobody ended it. */
export const dialerScripts = {
  /** Does not mind being told to stop. */
  ignoresTerm: "trap '' TERM; while :; do sleep 0.2; done",
  /** A job of its own group, still of the session; the leader leaves. */
  leavesGroup: "bash -c 'set -m; sleep 300 & exit 0'",
  /** A session of its own, only its environment tells whose it is; the leader leaves. */
  leavesSession: 'setsid sleep 300 & exit 0',
  leaderExitsFirst: 'sleep 300 & exit 0',
  /** Its child is a zombie for as long as it lives. */
  keepsZombie: 'sleep 0.05 & exec sleep 300',
  /** A daemon that only the descriptors which it inherited tie to its dialer. */
  hidesAway: 'env -i PATH="$PATH" setsid sleep 4 & exit 0',
  stopped: 'kill -s STOP $$; sleep 300',
  plain: 'exec sleep 300',
} as const
