import * as E from 'fp-ts/Either'
import type { PolicyFields } from '../../domain/policy'
import { policyPresetOf, policyPresets } from '../../domain/policy-presets'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'

const usage = (message: string): E.Either<CliFailure, never> =>
  E.left(cliFailure(exitCodes.usage, message))

/** The fields of a preset, by its name; one that is for what-if only cannot be set. */
export const presetFields = (id: string): E.Either<CliFailure, PolicyFields> => {
  const preset = policyPresetOf(id)
  if (preset === null) {
    const known = policyPresets.filter(({ whatIfOnly }) => whatIfOnly === null)
    return usage(`there is no preset '${id}'; there are ${known.map((it) => it.id).join(', ')}`)
  }
  return preset.whatIfOnly === null
    ? E.right(preset.fields)
    : usage(`the preset '${id}' is for what-if only: ${preset.whatIfOnly}`)
}
