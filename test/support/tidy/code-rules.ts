import ts from 'typescript'
import {
  type FileRule,
  type Finding,
  type SourceFile,
  findingAt,
  isCode,
  isTest,
  nodesOf,
  syntaxOf,
} from './source-file'

/** The longest function, in lines. */
export const functionLinesMax = 40

/**
 * Functions outside of tests (there `describe` takes one) are at most 40 lines long. The named
 * functions inside of a function count for themselves: a factory gives a record of them.
 */
export const functionsAreShort: FileRule = (file) => {
  if (!isCode(file.path) || file.path.startsWith('test/')) return []
  const tree = syntaxOf(file)
  return nodesOf(tree, isFunction).flatMap((node) => {
    const lines =
      linesOf(node) - namedInside(node.body).reduce((sum, inner) => sum + linesOf(inner), 0)
    if (lines <= functionLinesMax) return []
    const name = nameOf(node) ?? 'a function'
    return [findingAt(file, node, `${name} has ${lines} lines, ${functionLinesMax} at most`)]
  })
}

/** Every export says what it is, in a docblock. */
export const exportsAreDocumented: FileRule = (file) => {
  if (!isCode(file.path)) return []
  return exportsOf(file)
    .filter((node) => ts.getJSDocCommentsAndTags(node).length === 0)
    .map((node) => findingAt(file, node, `${namesIn(node).join(', ')} has no docblock`))
}

/**
 * A file with one exported value shares a word with it, or with a type beside it: `is-following.ts`,
 * `isFollowing`. A file with more is named after what they are about.
 */
export const filesAreNamedAfterTheirExport: FileRule = (file) => {
  const stem = file.path.replace(/^.*\//, '').replace(/\..*$/, '')
  if (!isCode(file.path) || stem === 'index' || stem === 'main') return []
  const exported = exportsOf(file)
  const [value, ...others] = exported.filter(isValue)
  if (value === undefined || others.length > 0) return []
  if (exported.flatMap(namesIn).some((name) => shareAWord(stem, name))) return []
  return [findingAt(file, value, `its name says nothing of ${namesIn(value).join(', ')}`)]
}

/** `domain/` and `projections/` are functions over values: they throw nothing, have no classes. */
export const domainIsPlain: FileRule = (file) => {
  if (!/^(domain|projections)\//.test(file.path)) return []
  const tree = syntaxOf(file)
  return [
    ...nodesOf(tree, ts.isThrowStatement).map((node) =>
      findingAt(file, node, 'an expected failure is a value here, not a throw'),
    ),
    ...nodesOf(tree, ts.isClassLike).map((node) =>
      findingAt(file, node, 'plain data and functions here, no class'),
    ),
  ]
}

/** No test is left out in silence: a conditional `skip` prints why, nothing else leaves one out. */
export const testsAreNotLeftOut: FileRule = (file) => {
  if (!isTest(file.path)) return []
  const tree = syntaxOf(file)
  const saysWhy = /(console\.\w+|std(out|err)\.write)\([^)]*skip/i.test(file.text)
  const forms = nodesOf(tree, ts.isPropertyAccessExpression).filter((node) =>
    /^(it|test|describe)$/.test(node.expression.getText()),
  )
  const shortForms = nodesOf(tree, ts.isCallExpression).filter((node) =>
    /^(f|x)(it|test|describe)$/.test(node.expression.getText()),
  )
  return [
    ...forms
      .filter(({ name }) => /^(only|todo|failing)$/.test(name.text))
      .map((node) => findingAt(file, node, `${node.getText()} does not merge`)),
    ...forms
      .filter(({ name }) => name.text === 'skip' && !saysWhy)
      .map((node) => findingAt(file, node, 'skips without printing that and why')),
    ...shortForms.map((node) => findingAt(file, node, 'does not merge')),
  ]
}

/** Tests read as sentences: `it('rejects a second dial')`. */
export const testsReadAsSentences: FileRule = (file) => {
  if (!isTest(file.path)) return []
  return nodesOf(syntaxOf(file), ts.isCallExpression).flatMap((node): ReadonlyArray<Finding> => {
    const [title] = node.arguments
    if (!/^(it|test|describe)\b/.test(node.expression.getText()) || title === undefined) return []
    if (!ts.isStringLiteralLike(title) || !/\b(should|works?)\b/i.test(title.text)) return []
    return [findingAt(file, title, 'say what it does: returns, records, rejects, accepts, ignores')]
  })
}

type WithBody = ts.FunctionLikeDeclaration & { readonly body: ts.Node }

const isFunction = (node: ts.Node): node is WithBody =>
  ts.isFunctionLike(node) && 'body' in node && node.body !== undefined

const linesOf = (node: ts.Node): number => {
  const tree = node.getSourceFile()
  const lineOf = (position: number) => tree.getLineAndCharacterOfPosition(position).line
  return lineOf(node.getEnd()) - lineOf(node.getStart()) + 1
}

/** The outermost functions with a name below a node. */
const namedInside = (node: ts.Node): ReadonlyArray<WithBody> => {
  if (isFunction(node) && nameOf(node) !== undefined) return [node]
  const found: WithBody[] = []
  ts.forEachChild(node, (child) => void found.push(...namedInside(child)))
  return found
}

const nameOf = (node: WithBody): string | undefined => {
  const { parent } = node
  const isNamedByParent = ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)
  return (node.name ?? (isNamedByParent ? parent.name : undefined))?.getText()
}

const exportsOf = (file: SourceFile): ReadonlyArray<ts.Statement> =>
  syntaxOf(file).statements.filter(
    (node) =>
      ts.canHaveModifiers(node) &&
      ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true,
  )

const isValue = (node: ts.Statement): boolean =>
  !ts.isTypeAliasDeclaration(node) && !ts.isInterfaceDeclaration(node)

const namesIn = (node: ts.Statement): ReadonlyArray<string> => {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.map(({ name }) => name.getText())
  }
  return [ts.getNameOfDeclaration(node as ts.DeclarationStatement)?.getText() ?? 'the default']
}

// Forms of a word count as the word: `wire-cli.ts` may export `wiredParts`.
const shareAWord = (stem: string, name: string): boolean => {
  const words = name
    .replaceAll(/([a-z0-9])(?=[A-Z])/g, '$1-')
    .toLowerCase()
    .split('-')
  return stem
    .split('-')
    .some((part) => words.some((word) => isFormOf(word, part) || isFormOf(part, word)))
}

const isFormOf = (form: string, word: string): boolean =>
  form === word || (word.length > 2 && form.startsWith(word))
