import * as E from 'fp-ts/Either'
import { policyPresetOf, policyPresets } from '../../domain/policy-presets'
import type { PolicyFields } from '../../domain/policy'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'

/** The fields of a preset, by its name; a preset for what-if only says why no link can have it. */
export const presetFields = (id: string): E.Either<CliFailure, PolicyFields> => {
  const preset = policyPresetOf(id)
  if (preset === null) {
    const known = policyPresets.filter(({ whatIfOnly }) => whatIfOnly === null)
    const names = known.map((candidate) => candidate.id).join(', ')
    return E.left(cliFailure(exitCodes.usage, `there is no preset '${id}'; there are ${names}`))
  }
  return preset.whatIfOnly === null
    ? E.right(preset.fields)
    : E.left(
        cliFailure(
          exitCodes.badConfig,
          `preset '${id}' is for what-if only: ${preset.whatIfOnly}; its source: ${preset.source}`,
        ),
      )
}
