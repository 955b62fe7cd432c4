// Lets a plain Node process load the sources as they are: node --require <this> <script>.ts
const { transformFileSync } = require('@swc/core')

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformFileSync(filename, {
    swcrc: false,
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  })
  module._compile(code, filename)
}
