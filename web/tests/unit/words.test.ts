// Every word is there in both languages, and every word that a page asks for is there at all.
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import en from '../../src/locales/en.json'
import zh from '../../src/locales/zh-CN.json'

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, before = ''): Map<string, string> {
  const all = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') all.set(before + key, value)
    else for (const [inner, word] of flat(value, `${before}${key}.`)) all.set(inner, word)
  }
  return all
}

const words = { zh: flat(zh as Tree), en: flat(en as Tree) }
const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort()

function sources(folder: URL): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? sources(new URL(`${entry.name}/`, folder))
      : /\.(vue|ts)$/.test(entry.name) && entry.name !== 'schema.d.ts'
        ? [readFileSync(new URL(entry.name, folder), 'utf8')]
        : [],
  )
}

describe('the words', () => {
  it('are the same keys in both languages', () => {
    expect([...words.en.keys()].sort()).toEqual([...words.zh.keys()].sort())
  })

  it('take the same places in both languages', () => {
    for (const [key, word] of words.zh) expect(places(words.en.get(key) ?? ''), key).toEqual(places(word))
  })

  it('are Chinese in the one and hold no Chinese in the other', () => {
    for (const [key, word] of words.zh) expect(/\p{Script=Han}/u.test(word), key).toBe(true)
    for (const [key, word] of words.en) expect(/\p{Script=Han}/u.test(word), key).toBe(false)
  })

  it('are there for every key that a page names', () => {
    const all = sources(new URL('../../src/', import.meta.url))
    const asked = all.flatMap((text) => [...text.matchAll(/\bt\('([a-zA-Z0-9_.-]+)'/g)].map((match) => match[1]!))
    expect(asked.length).toBeGreaterThan(100)
    for (const key of asked) expect(words.zh.has(key), key).toBe(true)
  })

  it('are there for every word of the lists that the server publishes', () => {
    const document = JSON.parse(readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8'))
    const list = (name: string): string[] => document.components.schemas[name].enum
    const groups: Record<string, string> = { Role: 'role', ProcedureKind: 'procedure', MatterKind: 'matterKind', UseKind: 'use', Grade: 'grade', Body: 'body', ColumnType: 'type', ColumnClass: 'class', Kind: 'kind', ProcessingMeans: 'means', Mode: 'mode' }
    for (const [name, group] of Object.entries(groups)) for (const word of list(name)) expect(words.zh.has(`${group}.${word}`), `${group}.${word}`).toBe(true)
    for (const word of list('ProcedureKind')) expect(words.zh.has(`inbox.yes.${word}`), word).toBe(true)
  })
})
