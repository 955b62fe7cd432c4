import type { ReadError } from '../ports/event-store'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'

/** What a ledger that cannot be read exits with, and what to do then. */
export const readFailure = (error: ReadError): CliFailure =>
  error._tag === 'Denied'
    ? accessDenied(error.why)
    : cliFailure(exitCodes.unavailable, `${error.why}; look with: open-interval doctor`)

/** What the loss of a permission exits with: a person must act. */
export const accessDenied = (why: string): CliFailure =>
  cliFailure(
    exitCodes.personMustAct,
    `${why}; run as a user who may read and write the ledger and its folder`,
  )
