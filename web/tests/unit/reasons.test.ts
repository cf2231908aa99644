// Every code with which the platform refuses says in Chinese what it forbids and what can be done instead.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import zh from '../../src/locales/reasons.zh.json'

/** Words for which officials have no Chinese one. */
const LATIN = ['SQL', 'Python']

const listed = readFileSync(new URL('../../../docs/reasons.md', import.meta.url), 'utf8')
const codes = [...listed.matchAll(/^\| ([A-Z]{3}-\d{3}) \|/gm)].map((match) => match[1]!)
const rows = Object.entries(zh as Record<string, Record<string, string>>)

describe('the refusals in Chinese', () => {
  it('are one for each code, in the order of the codes', () => {
    expect(codes.length).toBeGreaterThan(400)
    expect(rows.map(([code]) => code)).toEqual([...codes].sort())
  })

  it('are two sentences each', () => {
    for (const [code, row] of rows) {
      expect(Object.keys(row), code).toEqual(['what', 'instead'])
      for (const sentence of Object.values(row)) {
        expect(/\p{Script=Han}/u.test(sentence), code).toBe(true)
        expect(sentence, code).toMatch(/^[^。]+。$/)
      }
    }
  })

  it('hold no Latin words beside those that are listed, and no half-width punctuation', () => {
    for (const [code, row] of rows) {
      for (const sentence of Object.values(row)) {
        const words = sentence.match(/\p{Script=Latin}+/gu) ?? []
        expect(words.filter((word) => !LATIN.includes(word)), code).toEqual([])
        expect(sentence, code).not.toMatch(/[,.;:!?()"'`]/)
      }
    }
  })

  it('say another thing for each code', () => {
    const codeOf = new Map<string, string>()
    for (const [code, row] of rows) {
      expect(codeOf.get(row.what!), code).toBeUndefined()
      codeOf.set(row.what!, code)
    }
  })
})
