import { given } from '../support/given-when-then'

describe('G1: RAS error 629 at 0, dial at 1', () => {
  it.each([629, 633, 678, 0, -1, 99_999])('refuses until 600, code %i too', (code) => {
    given()
      .at(0)
      .records('ras-error', { code })
      .at(1)
      .dial()
      .refusedOnlyBy('open-interval')
      .at(599.99)
      .restart()
      .dial()
      .refused('open-interval')
      .at(600.01)
      .dial()
      .granted()
  })
})
