import type { MadeEvtRecord } from './evt-file'
import { connector, type MadeRecord } from './nt-log'

/** Where the strings of an event stand in its message (KB Q158279, Q191594, Q157630). */
const messages: ReadonlyMap<number, string> = new Map([
  [
    9309,
    'A RAS Dial error has occurred for gateway %1. RAS error code returned: %2, RAS Table index: %3. The MTA will attempt to recover the RAS connection. [%4 %5 %6 %7] (12)',
  ],
  [
    9311,
    'A RAS communications error has occurred for gateway %1. RAS error code returned: %2, RAS Table index: %3. The MTA will attempt to recover the RAS connection. [%4 %5 %6 %7] (12)',
  ],
  [1028, 'A connection error occurred. Error code=%1'],
  [4284, 'An error has occurred during connection/disconnection. Error code=%1 [%2 %3 %4 %5] (14)'],
  [4287, 'An internal MTA error occurred. Error code=%1 [%2 %3 %4 %5] (14)'],
  [
    9316,
    'An RPC communications error occurred. No data was sent over the RPC connection. Locality table (LTAB) index: %1. Windows NT error: %2. The MTA will attempt to recover the RPC connection. [%3 %4 %5 %6] (12)',
  ],
  [
    9318,
    'An RPC communications error occurred. Unable to bind over RPC. The locality table (LTAB) index is %1. Windows NT error code: %2. [%3 %4 %5 %6] (12)',
  ],
  [
    9322,
    'An interface error has occurred. An MtaBindBack over RPC has failed. Locality Table (LTAB) index: %1, NT/MTA error code: %2. Comms error %3, Bind error %4, Remote Server Name %5, Protocol String %6 [%7 %8 %9 %10] (14)',
  ],
  [1294, 'An association with entity %1 ended abnormally. [%2 %3 %4 %5 %6 %7 %8 %9] (10)'],
  [289, 'A connection to %1 could not be opened. [%2 %3 %4 %5] (12)'],
  [
    301,
    'An open retry delay timer started on the association to %1 on control block %2. Another attempt to reopen the association will be made in %3 seconds. [%4 %5 %6 %7] (10)',
  ],
  [
    57,
    'The limit on the number of associations allowed to and from entity %1 has been reached. The limit is %2. [%3 %4 %5 %6] (14)',
  ],
])

/** The ids of events whose message is known here. */
export const mtaMessageIds: ReadonlyArray<number> = [...messages.keys()]

/** The message that Event Viewer makes of the strings of an event. */
export const mtaMessage = (eventId: number, strings: ReadonlyArray<string>): string =>
  (messages.get(eventId) ?? '').replace(
    /%(\d+)/g,
    (whole, n: string) => strings[Number(n) - 1] ?? whole,
  )

/** The record that Event Viewer shows of one of a binary log, in UTC. */
export const shownRecord = ({
  at,
  eventId,
  strings,
  source,
  computer,
}: MadeEvtRecord): MadeRecord => ({
  at,
  eventId,
  description: mtaMessage(eventId, strings),
  ...(source === undefined ? {} : { source }),
  ...(computer === undefined ? {} : { computer }),
})

const place = ['BASE IL', 'PIPE RAS', '36', '230']

/** The strings of an event about a connector, or a code, or both. */
export const mtaStrings = (
  eventId: number,
  name: string,
  number: number,
): ReadonlyArray<string> => {
  switch (eventId) {
    case 9309:
    case 9311:
      return [connector(name).toLowerCase(), String(number), '0', ...place]
    case 301:
      return [connector(name), '7', String(number), ...place]
    case 289:
    case 57:
      return [connector(name), ...place]
    case 1294:
      return [connector(name), '198', '1', '0', '1', ...place]
    case 9316:
    case 9318:
      return ['76', String(number), ...place]
    case 9322:
      return ['213', String(number), '5', '0', 'OTHERSERVER', 'ncacn_ip_tcp', ...place]
    default:
      return [String(number), ...place]
  }
}

/** A failed dial of a connector, as its MTA logs it: 9311, 1028, 1294, 289. */
export const failedDial = (at: number, name: string): ReadonlyArray<MadeEvtRecord> =>
  [
    [9311, 0, 629],
    [1028, 0, 29_954],
    [1294, 1000, 0],
    [289, 1000, 0],
  ].map(([eventId = 0, later = 0, number = 0]) => ({
    at: at + later,
    eventId,
    strings: mtaStrings(eventId, name, number),
  }))
