import { createHash } from 'node:crypto'

const drawBytes = 6

/** The first 6 bytes of SHA-256 of a text, as an integer (R10). */
export const draw = (text: string): number =>
  createHash('sha256').update(text).digest().readUIntBE(0, drawBytes)
