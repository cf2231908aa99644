// A checkpoint that this browser kept: later proofs are held to it. It is public and names
// nobody.
const KEY = 'shuyu.checkpoint'

export const anchors = {
  kept: (): string | undefined => localStorage.getItem(KEY) ?? undefined,
  keep: (checkpoint: string): void => localStorage.setItem(KEY, checkpoint),
}
