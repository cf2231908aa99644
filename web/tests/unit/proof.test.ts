// The proof check, on a proof that a real server gave and on trees made here.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { INTERNATIONAL, check, fromHex, guomi, leafHash, nodeHash, rootOf, toHex, type Proof } from '../../src/proof/check'

const here = new URL('./fixtures/', import.meta.url)
const proof = JSON.parse(readFileSync(new URL('proof.json', here), 'utf8')) as Proof
const key = readFileSync(new URL('verifier.key', here), 'utf8')

function largestPowerBelow(size: number): number {
  let power = 1
  while (power * 2 < size) power *= 2
  return power
}

/** RFC 6962 2.1, as it is written there. */
function root(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0]!
  const split = largestPowerBelow(leaves.length)
  return nodeHash(INTERNATIONAL, root(leaves.slice(0, split)), root(leaves.slice(split)))
}

/** RFC 6962 2.1.1, as it is written there. */
function path(leaves: Uint8Array[], index: number): Uint8Array[] {
  if (leaves.length === 1) return []
  const split = largestPowerBelow(leaves.length)
  return index < split
    ? [...path(leaves.slice(0, split), index), root(leaves.slice(split))]
    : [...path(leaves.slice(split), index - split), root(leaves.slice(0, split))]
}

describe('the proof check', () => {
  it('accepts the proof of a real server, every step of it', async () => {
    const steps = await check(proof, key)
    expect(steps.map((step) => [step.name, step.holds])).toEqual([
      ['leaf', true], ['path', true], ['root', true], ['signature', true],
    ])
  })

  it('finds every leaf of every tree of 1 to 33 leaves, and no other leaf by that path', () => {
    for (let size = 1; size <= 33; size += 1) {
      const leaves = Array.from({ length: size }, (_, index) => leafHash(INTERNATIONAL, Uint8Array.of(index)))
      const expected = toHex(root(leaves))
      leaves.forEach((leaf, index) => {
        const found = rootOf(INTERNATIONAL, leaf, index, size, path(leaves, index))
        expect(found && toHex(found)).toBe(expected)
        const other = leaves[(index + 1) % size]!
        if (size > 1) expect(toHex(rootOf(INTERNATIONAL, other, index, size, path(leaves, index))!)).not.toBe(expected)
      })
    }
  })

  it('refuses a path that is too long or too short', () => {
    const leaves = Array.from({ length: 7 }, (_, index) => leafHash(INTERNATIONAL, Uint8Array.of(index)))
    const right = path(leaves, 3)
    expect(rootOf(INTERNATIONAL, leaves[3]!, 3, 7, right.slice(1))).toBeNull()
    expect(rootOf(INTERNATIONAL, leaves[3]!, 3, 7, [...right, leaves[0]!])).toBeNull()
    expect(rootOf(INTERNATIONAL, leaves[3]!, 7, 7, right)).toBeNull()
  })

  const flipped = (text: string, at: number): string => {
    const byte = text.charCodeAt(at) ^ 1
    return text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1)
  }
  it.each<[string, (given: Proof) => Proof]>([
    ['the entry', (given) => ({ ...given, entry: flipped(given.entry, 20) })],
    ['a hash of the path', (given) => ({ ...given, path: [given.path[1]!, given.path[0]!, ...given.path.slice(2)] })],
    ['the index', (given) => ({ ...given, leaf_index: given.leaf_index - 1 })],
    ['the size of the tree', (given) => ({ ...given, tree_size: given.tree_size + 1 })],
    ['the size in the checkpoint', (given) => ({ ...given, checkpoint: given.checkpoint.replace(`\n${given.tree_size}\n`, `\n${given.tree_size + 1}\n`) })],
  ])('fails when one bit of %s is another', async (_, change) => {
    const steps = await check(change(proof), key)
    expect(steps.every((step) => step.holds)).toBe(false)
  })

  it('reads a log of SM2 and SM3 as well', async () => {
    const { sm2 } = await import('sm-crypto-v2')
    const algorithms = await guomi()
    const pair = sm2.generateKeyPairHex()
    const entries = ['a', 'b', 'c'].map((text) => new TextEncoder().encode(text))
    const leaves = entries.map((entry) => leafHash(algorithms, entry))
    const top = nodeHash(algorithms, nodeHash(algorithms, leaves[0]!, leaves[1]!), leaves[2]!)
    const encoded = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))
    const text = `city.example/log+sm3\n3\n${encoded(top)}\n`
    const signature = fromHex(sm2.doSignature(new TextEncoder().encode(text), pair.privateKey, { hash: true }))
    const id = Uint8Array.of(1, 2, 3, 4)
    const note = `${text}\n— city.example/log ${encoded(Uint8Array.of(...id, ...signature))}\n`
    const typed = Uint8Array.of(0xff, ...new TextEncoder().encode('sm2-sm3'), ...fromHex(pair.publicKey))
    const given: Proof = { entry: 'b', leaf_index: 1, tree_size: 3, path: [toHex(leaves[0]!), toHex(leaves[2]!)], root: toHex(top), checkpoint: note }
    const steps = await check(given, `city.example/log+01020304+${encoded(typed)}`)
    expect(steps.map((step) => step.holds)).toEqual([true, true, true, true])
    const wrong = await check({ ...given, entry: 'a' }, `city.example/log+01020304+${encoded(typed)}`)
    expect(wrong.every((step) => step.holds)).toBe(false)
  })

  it('fails under the key of another log', async () => {
    const other = key.trim().replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    const outcome = await check(proof, other).then((steps) => steps.every((step) => step.holds), () => false)
    expect(outcome).toBe(false)
  })

  it('holds a proof to a checkpoint from elsewhere', async () => {
    const same = await check(proof, key, proof.checkpoint)
    expect(same.at(-1)).toMatchObject({ name: 'anchor', holds: true })
    const forged = proof.checkpoint.replace(/\n[^\n]{43}=\n/, `\n${'A'.repeat(43)}=\n`)
    const other = await check(proof, key, forged)
    expect(other.at(-1)).toMatchObject({ name: 'anchor', holds: false })
  })
})
