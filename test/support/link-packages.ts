import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(__dirname, '../..')

/** Lets programs in a folder import this package, as it was built, and some of its packages by name. */
export const linkPackages = (folder: string, packages: readonly string[] = []): void => {
  const linked = [
    ['open-interval', root],
    ...packages.map((name) => [name, join(root, 'node_modules', name)]),
  ]
  for (const [name = '', target = ''] of linked) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(target, link)
  }
}
