import ts from 'typescript'

/** A text file of the project; `path` is relative to its root, with slashes. */
export type SourceFile = { readonly path: string; readonly text: string }

/** Where a rule is broken and what to do; `line` is 1-based. */
export type Finding = { readonly path: string; readonly line: number; readonly why: string }

/** One rule over one file. */
export type FileRule = (file: SourceFile) => ReadonlyArray<Finding>

const parsed = new WeakMap<SourceFile, ts.SourceFile>()

/** The syntax tree of a TypeScript or JavaScript file, parsed once. */
export const syntaxOf = (file: SourceFile): ts.SourceFile => {
  const known = parsed.get(file)
  if (known !== undefined) return known
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true)
  parsed.set(file, tree)
  return tree
}

/** All nodes below `root` that `isWanted` accepts. */
export const nodesOf = <Node extends ts.Node>(
  root: ts.Node,
  isWanted: (node: ts.Node) => node is Node,
): ReadonlyArray<Node> => {
  const found: Node[] = []
  const visit = (node: ts.Node): void => {
    if (isWanted(node)) found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(root)
  return found
}

/** A finding at the place of a node. */
export const findingAt = (file: SourceFile, node: ts.Node, why: string): Finding => {
  const start = syntaxOf(file).getLineAndCharacterOfPosition(node.getStart())
  return { path: file.path, line: start.line + 1, why }
}

/** Findings for every line that matches. */
export const findingsByLine = (
  file: SourceFile,
  pattern: RegExp,
  why: string,
): ReadonlyArray<Finding> =>
  file.text
    .split('\n')
    .flatMap((text, index) =>
      pattern.test(text) ? [{ path: file.path, line: index + 1, why }] : [],
    )

/** Whether it is code of ours: what a compiler or Node reads. */
export const isCode = (path: string): boolean => /\.([cm]?[jt]s)$/.test(path)

/** Whether it is a recorded thing, kept byte for byte, that no rule of style is about. */
export const isFixture = (path: string): boolean => path.startsWith('test/fixtures/')

/** Whether it holds tests, rather than what they use. */
export const isTest = (path: string): boolean => path.endsWith('.test.ts')
