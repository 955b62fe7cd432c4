import type { PolicyFields } from './policy'

/** What another system waits, as fields of a policy. */
export type PolicyPreset = {
  readonly id: string
  readonly title: string
  readonly fields: PolicyFields
  /** Why no link can be run by it, only a what-if; null: it can be set. */
  readonly whatIfOnly: string | null
  /** Where the numbers were read. */
  readonly source: string
}

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** Each value from `first` on by adding `step`, up to and including `last`. */
const rising = (first: number, step: number, last: number): ReadonlyArray<number> =>
  Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step)

/** `first`, twice that, and so on, ending with `cap`. */
const doubling = (first: number, cap: number): ReadonlyArray<number> =>
  first >= cap ? [cap] : [first, ...doubling(first * 2, cap)]

const settable: ReadonlyArray<Omit<PolicyPreset, 'whatIfOnly'>> = [
  {
    id: 'exchange-mta',
    title: 'Messaging Defaults of the Exchange MTA: 10 minutes, 144 times',
    fields: { openIntervalSec: 600, intervalsSec: [], maxOpenRetries: 144 },
    source: 'KB Q157630, Q234157',
  },
  {
    id: 'rras-demand-dial',
    title: 'Demand-dial of Windows RRAS: 10 minutes more after each failure, up to 6 hours',
    fields: { intervalsSec: rising(600, 600, 21_600) },
    source: 'KB Q193834',
  },
  {
    id: 'pppd',
    title: 'pppd with a connect script: holdoff 30 s, maxfail 10',
    fields: { openIntervalSec: 30, intervalsSec: [], maxOpenRetries: 10, onExhausted: 'hold' },
    source: 'pppd/options.c, pppd/tty.c',
  },
  {
    id: 'wvdial',
    title: 'wvdial: 5 s doubling to 10 minutes, forgotten after 45 s of being up',
    fields: { intervalsSec: doubling(5, 600), minUpTimeSec: 45 },
    source: 'wvdialer.cc, AutoReconnectDelay',
  },
  {
    id: 'openvpn',
    title: 'OpenVPN with one remote: 1 s five times, then doubling to 5 minutes',
    fields: { intervalsSec: [1, 1, 1, 1, ...doubling(1, 300)] },
    source: 'openvpn options.c, init.c',
  },
  {
    id: 'xl2tpd',
    title: 'xl2tpd redial: 30 s, for ever',
    fields: { openIntervalSec: 30, intervalsSec: [] },
    source: 'xl2tpd file.c, xl2tpd.conf(5)',
  },
  {
    id: 'bird-bgp',
    title: 'BGP of BIRD: 1 minute doubling to 5, forgotten after 5 minutes',
    fields: { intervalsSec: doubling(60, 300), minUpTimeSec: 300 },
    source: 'bird doc/bird.sgml, bgp.c',
  },
  {
    id: 'frr-bgp',
    title: 'BGP of FRR: 1 s doubling to 2 minutes',
    fields: { intervalsSec: doubling(1, 120) },
    source: 'frr bgpd/bgpd.h, bgp_fsm.c',
  },
  {
    id: 'telefonica-service-request',
    title: 'Service requests of an IoT device at Telefónica: 10 an hour, 1 minute apart and rising',
    fields: {
      intervalsSec: [1, 2, 3, 5, 10, 15, 30, 60, 120, 240].map((minutes) => minutes * minute),
      limits: [{ max: 10, perSec: hour }],
    },
    source: 'TEF.IOT.DB_4.3_REQ_008',
  },
  {
    id: 'telefonica-module-reboot',
    title: 'Reboots of a module at Telefónica: an hour apart and rising to 13 days',
    fields: {
      intervalsSec: [1, 4, 8, 16, 24, 36, 48, 72, 96, 132, 180, 240, 312].map((it) => it * hour),
    },
    source: 'TEF.IOT.DB_4.3_REQ_009',
  },
  {
    id: 'telefonica-connect-timeout',
    title: 'How long a device at Telefónica lets one try last: 5 minutes',
    fields: { dialTimeoutSec: 300 },
    source: 'TEF.IOT.DB_4.3_REQ_016',
  },
  {
    id: '1nce-2g3g4g',
    title: 'Attaches a day at 1NCE on 2G to 4G (advice, no hard limit)',
    fields: { limits: [{ max: 720, perSec: day }] },
    source: 'help.1nce.com, network no-harm rules',
  },
  {
    id: '1nce-nbiot-ltem',
    title: 'Attaches a day at 1NCE on NB-IoT and LTE-M (advice, no hard limit)',
    fields: { limits: [{ max: 24, perSec: day }] },
    source: 'help.1nce.com, network no-harm rules',
  },
  {
    id: 'android-default',
    title: 'Mobile data of Android: 5 s doubling to 30 minutes, up to 5 s of chance',
    fields: { intervalsSec: [5, ...doubling(10, 1800)], jitterMaxSec: 5 },
    source: 'Android DEFAULT_DATA_RETRY_CONFIG',
  },
]

const forWhatIf: ReadonlyArray<PolicyPreset> = [
  {
    id: 'autossh',
    title: 'autossh with a poll time of 10 minutes: five tries at once, then rising',
    fields: {
      intervalsSec: [0, 0, 0, 0, 0, ...rising(1, 1, 18).map((n) => Math.min(600, 2 * n * n))],
      minUpTimeSec: 60,
    },
    whatIfOnly: 'its first five tries wait less than the minimum of 1 s',
    source: 'autossh.c, grace_time()',
  },
  {
    id: 'strongswan-default',
    title: 'strongSwan between two keying tries: nothing',
    fields: { openIntervalSec: 0, intervalsSec: [], dialTimeoutSec: 165 },
    whatIfOnly: 'it waits less than the minimum of 1 s',
    source: 'strongswan.conf(5), ike_sa.c',
  },
  {
    id: 'libreswan',
    title: 'Libreswan revival: nothing, then 5 s more each time, up to 5 minutes',
    fields: { intervalsSec: rising(0, 5, 300) },
    whatIfOnly: 'its first try waits less than the minimum of 1 s',
    source: 'libreswan revival.c, pluto_constants.h',
  },
  {
    id: 'networkmanager',
    title: 'NetworkManager autoconnect: four tries at once, then 5 minutes',
    fields: { intervalsSec: [0, 0, 0, 300] },
    whatIfOnly:
      'it waits less than the minimum of 1 s between four tries, and then counts anew without success',
    source: 'NetworkManager nm-manager.c, nm-config-data.c',
  },
  {
    id: 'wireguard',
    title: 'WireGuard handshakes: 5 s apart, given up after 90 s',
    fields: { openIntervalSec: 5, intervalsSec: [], maxOpenRetries: 18, onExhausted: 'hold' },
    whatIfOnly: 'the next packet ends its rest; no field of a policy says that',
    source: 'wireguard messages.h, send.c',
  },
  {
    id: 'postfix',
    title: 'Postfix deliveries: 5 minutes, growing with the age of a message to 67',
    fields: { intervalsSec: [300, 300, 600, 1200, 2400, 4000] },
    whatIfOnly: "it waits by a message's age; the list is what one message sees, about",
    source: 'postfix postconf.proto',
  },
  {
    id: 'exim-default',
    title: 'Exim retry rule: 15 minutes for 2 hours, then growing by half, then 6 hours',
    fields: {
      intervalsSec: [
        ...Array.from({ length: 8 }, () => 15 * minute),
        ...[1, 1.5, 2.25, 3.375, 5.0625, 6].map((hours) => hours * hour),
      ],
    },
    whatIfOnly:
      'it goes by the time since the first failure; the list is what that comes to, about',
    source: 'exim spec.xfpt, retry configuration',
  },
]

/**
 * Waits of other systems whose numbers were read in their source or their documents. A preset names
 * only the fields that it is about; the rest stays as it is.
 */
export const policyPresets: ReadonlyArray<PolicyPreset> = [
  ...settable.map((preset) => ({ ...preset, whatIfOnly: null })),
  ...forWhatIf,
]

/** The preset of an id; null: there is none. */
export const policyPresetOf = (id: string): PolicyPreset | null =>
  policyPresets.find((preset) => preset.id === id) ?? null
