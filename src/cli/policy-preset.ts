import * as E from 'fp-ts/Either'
import type { PolicyFields } from '../../domain/policy'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'

/** The fields of a preset, by its name. */
export const presetFields = (id: string): E.Either<CliFailure, PolicyFields> =>
  E.left(cliFailure(exitCodes.usage, `there is no preset '${id}'`))
