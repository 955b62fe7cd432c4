// What `npm start` and `npm test` need before anything is installed, so Node's own modules only.
// Installs, compiles, and is silent and quick when there is nothing to do.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE_MIN = [20, 19]

const setup = async () => {
  const root = dirname(dirname(fileURLToPath(import.meta.url)))
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1])) {
    throw new Error(
      `Node ${NODE_MIN.join('.')} or later is needed, this is ${process.versions.node}. Install one and run this again.`,
    )
  }
  // Only now: an older Node could not even read these files and would say so in its own words.
  const { oneAtATime } = await import('./setup/one-at-a-time.mjs')
  const { install } = await import('./setup/install.mjs')
  const { build } = await import('./setup/build.mjs')
  await oneAtATime(root, async () => {
    await install(root)
    await build(root)
  })
}

try {
  await setup()
} catch (error) {
  process.stderr.write(`setup: ${error.message}\n`)
  process.exitCode = 1
}
