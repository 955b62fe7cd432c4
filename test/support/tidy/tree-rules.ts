import { type Finding, isCode, isFixture, isTest } from './source-file'

/** One rule over the paths of the whole tree. */
export type TreeRule = (paths: ReadonlyArray<string>) => ReadonlyArray<Finding>

const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.(int|e2e))?(\.(test|config|d))?\.[cm]?[jt]s$/

/** Files of code have kebab-case names; the suffix of a test says what it costs. */
export const filesAreKebabCase: TreeRule = (paths) =>
  paths
    .filter((path) => isCode(path) && !isFixture(path))
    .filter((path) => !kebabCase.test(lastOf(path).replace(/^\./, '')))
    .map((path) => finding(path, 'name it in kebab-case'))

/** Names that say nothing about what is inside. */
const empty = /^(utils?|commons?|helpers?|misc|shared)$/

/** No folder or file is called by a name that fits anything. */
export const namesSaySomething: TreeRule = (paths) =>
  paths
    .filter((path) => path.split('/').some((part) => empty.test(part.replace(/\..*$/, ''))))
    .map((path) => finding(path, 'name the thing that is inside'))

/**
 * `test/` mirrors the tree: `test/domain/policy.test.ts` is about `domain/policy.ts`, and what follows
 * the name (`policy-lint.test.ts`) about a part of it. Tests of the whole lie in `test/` itself; those of the
 * rules' counter-examples beside what they attack.
 */
export const testsMirrorTheTree: TreeRule = (paths) => {
  const subjects = paths.filter((path) => !path.startsWith('test/'))
  return paths
    .filter((path) => isTest(path) && /^test\/(?!support\/).*\//.test(path))
    .filter((path) => !lastOf(path).startsWith('counter-examples-'))
    .filter((path) => !subjects.some((subject) => isAbout(path, subject)))
    .map((path) => finding(path, 'lies where no source file of that name does'))
}

const isAbout = (test: string, subject: string): boolean => {
  const about = test.replace(/^test\//, '').replace(/(\.int|\.e2e)?\.test\.ts$/, '')
  const source = subject.replace(/\.[^./]+$/, '')
  return [source, folderOf(subject)].some(
    (name) => name !== '' && (about === name || about.startsWith(`${name}-`)),
  )
}

const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const folderOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0))

const finding = (path: string, why: string): Finding => ({ path, line: 1, why })
