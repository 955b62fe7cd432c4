import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFolder, removeFolders } from '../support/gate-world'
import { builtMain } from '../support/open-interval'
import { describeUnless, missingPrograms } from '../support/real-dialers'

afterAll(removeFolders)

const folder = join(__dirname, '../../docs/recipes')
const files = readdirSync(folder).sort()
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8')
const scripts = files.filter((name) => name.endsWith('.sh'))
const pages = files.filter((name) => name.endsWith('.md'))
const recipes = pages.filter((name) => name !== 'README.md')
const units = files.filter((name) => /\.(?:service|timer)$/u.test(name))

const shellBlocks = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/```sh\n([^]*?)```/gu)].map(([, block = '']) => block)

describe('the recipes', () => {
  it('are all in their index, with what they were tried with', () => {
    const index = textOf('README.md')
    expect(recipes.length).toBeGreaterThanOrEqual(10)
    expect(recipes.filter((name) => !index.includes(`](${name})`))).toEqual([])
  })

  it.each(recipes)('say what they protect, what not, and whether it was tried: %s', (name) => {
    const text = textOf(name)
    for (const word of ['Protects:', 'Does not:', 'Tried:']) expect(text).toContain(`**${word}**`)
  })

  it.each(files.filter((name) => name !== 'README.md' && !name.endsWith('.md')))(
    'lead to the file %s',
    (name) => {
      expect(recipes.some((page) => textOf(page).includes(name))).toBe(true)
    },
  )

  it.each(pages)('link to files that are there: %s', (name) => {
    const links = [...textOf(name).matchAll(/\]\((?!http)([^)#]+)\)/gu)].map(([, to = '']) => to)
    expect(links.filter((to) => readOrNull(join(folder, to)) === null)).toEqual([])
  })
})

const readOrNull = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

describe('the shell of the recipes', () => {
  it('is POSIX shell', () => {
    const blocks = pages.flatMap((name) => shellBlocks(textOf(name)))
    expect(blocks.length).toBeGreaterThan(10)
    for (const input of [...blocks, ...scripts.map(textOf)]) {
      expect(spawnSync('sh', ['-n'], { input, encoding: 'utf8' })).toMatchObject({ status: 0 })
    }
  })
})

describeUnless(missingPrograms('shellcheck'), 'the scripts of the recipes', () => {
  it('please shellcheck', () => {
    const words = ['--shell=sh', '--severity=warning', ...scripts]
    const { stdout } = spawnSync('shellcheck', words, { cwd: folder, encoding: 'utf8' })
    expect(stdout).toBe('')
  })
})

/** What is typed after `open-interval` in a text, up to the end of that command. */
const typedIn = (text: string): ReadonlyArray<ReadonlyArray<string>> =>
  [...text.matchAll(/(?<![-\w/@.])(?:\/usr\/local\/bin\/)?open-interval +([a-z][^\n|;&`)]*)/gu)]
    .map(([, line = '']) => line.replaceAll(/'[^']*'|"[^"]*"/gu, 'QUOTED').split(/\s+/u))
    .filter(([command = '']) => knownCommands.has(command))

const knownCommands = new Set(
  'init dial grant settle record status explain policy waive hold release import audit events doctor'.split(
    ' ',
  ),
)

/** The options that a command has by its own help, and what it may be told to do. */
const helpOf = (...words: ReadonlyArray<string>): string =>
  spawnSync(process.execPath, [builtMain, ...words, '--help'], { encoding: 'utf8' }).stdout

describe('the command lines of the recipes', () => {
  const commandOf = ([first = '', second = '']: ReadonlyArray<string>): ReadonlyArray<string> =>
    first === 'policy' ? [first, second] : [first]
  const texts = files.map(textOf).map((text) => text.replaceAll(/^#(?! +open-interval).*$/gmu, ''))
  const lines = texts.flatMap(typedIn)

  it('have commands and options that there are', () => {
    const helps = new Map<string, string>()
    const wrong = lines.flatMap((words) => {
      const command = commandOf(words)
      const key = command.join(' ')
      if (!helps.has(key)) helps.set(key, helpOf(...command))
      const end = words.indexOf('--')
      const own = words.slice(0, end < 0 ? words.length : end)
      const help = helps.get(key) ?? ''
      return own
        .filter((word) => word.startsWith('--'))
        .filter((word) => !new RegExp(`^ +(?:-\\w, )?${word}\\b`, 'mu').test(help))
        .map((word) => `open-interval ${key} ${word}`)
    })
    expect(wrong).toEqual([])
    expect(lines.length).toBeGreaterThan(25)
    expect([...helps.keys()]).toEqual(
      expect.arrayContaining(['dial', 'grant', 'settle', 'record', 'status', 'policy set']),
    )
  })

  it('have dialers that are one dial under one grant', () => {
    const refused = lines
      .filter(([command]) => command === 'dial')
      .filter((words) => words.includes('--'))
      .map((words) => words.slice(words.indexOf('--') + 1))
      .filter(([dialer = '']) => /(?:pppd|openvpn)$/u.test(dialer))
    expect(refused.length).toBeGreaterThanOrEqual(4)
    const incomplete = refused.filter(
      (words) =>
        !/nodetach nopersist|--connect-retry-max 1 --remap-usr1 SIGTERM/u.test(words.join(' ')),
    )
    expect(incomplete).toEqual([])
  })
})

describeUnless(missingPrograms('systemd-analyze'), 'the units of the recipes', () => {
  it('please systemd-analyze verify', () => {
    const place = mkdtempSync(join(newFolder(), 'units-'))
    const program = join(place, 'program')
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 })
    // What they run need not be installed here.
    for (const name of units) {
      const text = textOf(name).replace(
        /\/usr\/(?:local\/bin\/open-interval|sbin\/pppd)/gu,
        program,
      )
      writeFileSync(join(place, name.replace('@', '@isp')), text)
      writeFileSync(join(place, name), text)
    }
    mkdirSync(join(place, 'run'))
    const names = units.map((name) => join(place, name.replace('@', '@isp')))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...names], {
      encoding: 'utf8',
      env: { ...process.env, SYSTEMD_UNIT_PATH: `${place}:`, XDG_RUNTIME_DIR: join(place, 'run') },
    })
    expect(
      stderr.split('\n').filter((line) => line.includes(place) || line.includes('isp')),
    ).toEqual([])
    expect(status).toBe(0)
    expect(units).toHaveLength(3)
  })
})
