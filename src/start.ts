#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Commands that a dialer or its hooks wait for. The build puts all that they load into one file,
 * because opening some two hundred takes longer than everything else before a grant.
 */
const hotCommands: ReadonlyArray<string | undefined> = ['dial', 'grant', 'settle', 'record']

const bundle = join(__dirname, '..', 'hot', 'program.js')

const typed = process.argv.slice(2).find((argument) => !argument.startsWith('-'))

const isHot = hotCommands.includes(typed) && existsSync(bundle)

void (isHot ? import(bundle) : import('./main'))
