type Tagged = { readonly _tag: string }

/** The outcome, which has this tag; fails the test on any other. */
export const tagged = <Outcome extends Tagged, Tag extends Outcome['_tag']>(
  outcome: Outcome,
  tag: Tag,
): Extract<Outcome, { readonly _tag: Tag }> => {
  if (!hasTag(outcome, tag)) {
    const text = JSON.stringify(outcome, (_key, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    )
    throw new Error(`${outcome._tag} instead of ${tag}: ${text}`)
  }
  return outcome
}

const hasTag = <Outcome extends Tagged, Tag extends Outcome['_tag']>(
  outcome: Outcome,
  tag: Tag,
): outcome is Extract<Outcome, { readonly _tag: Tag }> => outcome._tag === tag
