import { join } from 'node:path'
import * as codeRules from './support/tidy/code-rules'
import { projectFiles } from './support/tidy/project-files'
import type { FileRule, Finding } from './support/tidy/source-file'
import * as textRules from './support/tidy/text-rules'
import * as treeRules from './support/tidy/tree-rules'

const files = projectFiles(join(__dirname, '..'))

const sentenceOf = ({ path, line, why }: Finding) => `${path}:${line}: ${why}`

const rulesIn = <Rule>(rules: object) =>
  Object.entries(rules).filter((entry): entry is [string, Rule] => typeof entry[1] === 'function')

describe('every file of the project', () => {
  const rules = [...rulesIn<FileRule>(textRules), ...rulesIn<FileRule>(codeRules)]

  it.each(rules)('keeps the rule: %s', (_, rule) => {
    expect(files.flatMap(rule).map(sentenceOf)).toEqual([])
  })
})

describe('the tree as a whole', () => {
  const paths = files.map(({ path }) => path)

  it.each(rulesIn<treeRules.TreeRule>(treeRules))('keeps the rule: %s', (_, rule) => {
    expect(rule(paths).map(sentenceOf)).toEqual([])
  })

  it('needs every exception from the length of a file', () => {
    const renamed = files.map(({ path, text }) => ({ path: path.replace('.ts', '-.ts'), text }))
    const tooLong = renamed.flatMap(textRules.filesAreShort).map(({ path }) => path)
    const excepted = [...textRules.longFiles.keys()].map((path) => path.replace('.ts', '-.ts'))
    expect(tooLong).toEqual(expect.arrayContaining(excepted))
  })
})
