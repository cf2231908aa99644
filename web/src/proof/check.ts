// The proof that an entry lies in the log, computed here and not believed: RFC 6962 audit paths
// over C2SP tlog-tiles, and the signature of the checkpoint (C2SP signed-note), under either
// family of algorithms.
//
// INVARIANT (all or nothing): each step says what it computed; one that fails fails the whole.
// Not here: where checkpoints come from (`anchors`), how it looks (`ProofCheck`).
import { ed25519 } from '@noble/curves/ed25519'
import { sha256 } from '@noble/hashes/sha2'

export interface Proof {
  entry: string
  leaf_index: number
  tree_size: number
  path: string[]
  root: string
  checkpoint: string
}

export interface Step {
  name: 'leaf' | 'path' | 'root' | 'signature' | 'anchor'
  holds: boolean
  computed: string
}

export interface Algorithms {
  hash(bytes: Uint8Array): Uint8Array
  verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
}

const ED25519_TYPE = 0x01
const CUSTOM_TYPE = 0xff
const SM2_TYPE = 'sm2-sm3'

export function fromHex(text: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Error('no hexadecimal digits')
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16))
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** RFC 6962 2.1: a leaf is hashed with 0x00 before it. */
export function leafHash(algorithms: Algorithms, entry: Uint8Array): Uint8Array {
  return algorithms.hash(joined(Uint8Array.of(0), entry))
}

/** RFC 6962 2.1: a node with 0x01. */
export function nodeHash(algorithms: Algorithms, left: Uint8Array, right: Uint8Array): Uint8Array {
  return algorithms.hash(joined(Uint8Array.of(1), left, right))
}

/** RFC 9162 2.1.3.2: the root that a leaf and its path lead to; nothing where the path does not fit the tree. */
export function rootOf(algorithms: Algorithms, leaf: Uint8Array, index: number, size: number, path: Uint8Array[]): Uint8Array | null {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || size <= index) return null
  let node = index
  let last = size - 1
  let hash = leaf
  for (const sibling of path) {
    if (last === 0) return null
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(algorithms, sibling, hash)
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2)
        last = Math.floor(last / 2)
      }
    } else {
      hash = nodeHash(algorithms, hash, sibling)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 ? hash : null
}

export interface Key {
  name: string
  id: string
  bytes: Uint8Array
  isGuomi: boolean
}

/** Reads a verifier key: `name+id+type and key`. */
export function readKey(text: string): Key {
  const first = text.trim().indexOf('+')
  const second = text.trim().indexOf('+', first + 1)
  if (first < 1 || second < 0) throw new Error('no verifier key')
  const typed = fromBase64(text.trim().slice(second + 1))
  const [name, id] = [text.trim().slice(0, first), text.trim().slice(first + 1, second)]
  if (typed[0] === ED25519_TYPE) return { name, id, bytes: typed.slice(1), isGuomi: false }
  const type = new TextDecoder().decode(typed.slice(1, 1 + SM2_TYPE.length))
  if (typed[0] === CUSTOM_TYPE && type === SM2_TYPE) return { name, id, bytes: typed.slice(1 + SM2_TYPE.length), isGuomi: true }
  throw new Error('a key of a kind that is not known here')
}

export interface Checkpoint {
  origin: string
  size: number
  root: string
  message: Uint8Array
  signatures: { name: string; id: string; bytes: Uint8Array }[]
}

/** Reads a signed checkpoint. */
export function readCheckpoint(note: string): Checkpoint {
  const end = note.indexOf('\n\n')
  const text = note.slice(0, end + 1)
  const [origin, size, root] = text.split('\n')
  if (end < 0 || !origin || !size || !root || !/^(0|[1-9][0-9]*)$/.test(size)) throw new Error('no checkpoint')
  const lines = note.slice(end + 2).split('\n').filter((line) => line !== '')
  const signatures = lines.map((line) => {
    const match = /^— (\S+) (\S+)$/.exec(line)
    if (!match) throw new Error('no signature line')
    const bytes = fromBase64(match[2]!)
    return { name: match[1]!, id: toHex(bytes.slice(0, 4)), bytes: bytes.slice(4) }
  })
  return { origin, size: Number(size), root: toHex(fromBase64(root)), message: new TextEncoder().encode(text), signatures }
}

export const INTERNATIONAL: Algorithms = {
  hash: (bytes) => sha256(bytes),
  verify: (key, message, signature) => ed25519.verify(signature, message, key, { zip215: false }),
}

/** SM2 and SM3, fetched only where a log is signed with them. */
export async function guomi(): Promise<Algorithms> {
  const { sm2, sm3 } = await import('sm-crypto-v2')
  return {
    hash: (bytes) => fromHex(sm3(bytes)),
    verify: (key, message, signature) => sm2.doVerifySignature(message, toHex(signature), toHex(key), { hash: true }),
  }
}

/** Checks a proof against the key of its log, and against a checkpoint that was kept elsewhere. */
export async function check(proof: Proof, keyText: string, anchor?: string): Promise<Step[]> {
  const key = readKey(keyText)
  const algorithms = key.isGuomi ? await guomi() : INTERNATIONAL
  const leaf = leafHash(algorithms, new TextEncoder().encode(proof.entry))
  const root = rootOf(algorithms, leaf, proof.leaf_index, proof.tree_size, proof.path.map(fromHex))
  const checkpoint = readCheckpoint(proof.checkpoint)
  const signature = checkpoint.signatures.find((one) => one.name === key.name && one.id === key.id)
  const steps: Step[] = [
    // A tree of one leaf proves nothing about a history.
    { name: 'leaf', holds: proof.tree_size > 1, computed: toHex(leaf) },
    { name: 'path', holds: root !== null && toHex(root) === proof.root, computed: root ? toHex(root) : '' },
    { name: 'root', holds: checkpoint.size === proof.tree_size && checkpoint.root === proof.root, computed: checkpoint.root },
    { name: 'signature', holds: signature !== undefined && algorithms.verify(key.bytes, checkpoint.message, signature.bytes), computed: `${key.name}+${key.id}` },
  ]
  if (anchor !== undefined) {
    const held = readCheckpoint(anchor)
    const own = held.signatures.find((one) => one.name === key.name && one.id === key.id)
    const isSigned = own !== undefined && algorithms.verify(key.bytes, held.message, own.bytes)
    // The same size has the same root, or there are two histories.
    const agrees = held.origin === checkpoint.origin && (held.size !== checkpoint.size || held.root === checkpoint.root)
    steps.push({ name: 'anchor', holds: isSigned && agrees, computed: `${held.size} ${held.root}` })
  }
  return steps
}
