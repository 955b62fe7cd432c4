/** Whether an error has a code, such as `ENOENT`. By its looks: the classes of errors differ between realms. */
export const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code
