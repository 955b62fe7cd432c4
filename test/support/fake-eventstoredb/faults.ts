/** What a node can be made to do; every field may be changed while it runs. */
export type Faults = {
  /** Every n-th append is committed and the call that carries it reset, so that its answer is lost; 0: none. */
  loseAnswerOfEvery: number
  /** So many of the next appends are refused before they are committed. */
  refuse: number
  /** Nothing is answered, neither appends nor reads, until it is false again. */
  frozen: boolean
  /** Without a quorum the first append times out, then the node is not ready. */
  quorum: 'there' | 'lost' | 'known to be lost'
  /** Where the leader is, while this node is none. */
  leader: { readonly host: string; readonly port: number } | null
  /** How far the server's wall clock is ahead of ours. */
  aheadMs: number
  /** How the node answers what it is asked first: which methods it has. */
  capabilities: 'told' | 'failing'
  /** Passwords by user; null: everybody may do everything. */
  users: ReadonlyMap<string, string> | null
}

/** A node that does what it should. */
export const noFaults = (): Faults => ({
  loseAnswerOfEvery: 0,
  refuse: 0,
  frozen: false,
  quorum: 'there',
  leader: null,
  aheadMs: 0,
  capabilities: 'told',
  users: null,
})
