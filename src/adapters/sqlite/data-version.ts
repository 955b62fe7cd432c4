import type { Connection } from './connection'

const selectDataVersion = 'PRAGMA data_version'

/** Reads the number that changes whenever another connection has committed. */
export const dataVersion = (connection: Connection): (() => unknown) => {
  const statement = connection.prepare<[]>(selectDataVersion).pluck()
  return () => statement.get()
}
