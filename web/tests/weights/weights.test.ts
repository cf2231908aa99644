// What a browser fetches before anybody sees something: the shell, and each route with it. Parts
// that load when they are shown (editor, chart) do not count; that they are apart is held too.
// Runs on what was just built (`scripts/web.sh build`).
import { readFileSync, readdirSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const SHELL_KB_MAX = 120
const ROUTE_KB_MAX = 260

const folder = process.env.SHUYU_DIST ?? new URL('../../dist/', import.meta.url).pathname
const assets = `${folder}/assets`
const text = (name: string): string => readFileSync(`${assets}/${name}`, 'utf8')
const kb = (names: Iterable<string>): number => [...names].reduce((sum, name) => sum + gzipSync(readFileSync(`${assets}/${name}`), { level: 9 }).length, 0) / 1000

/** What a script needs at once, itself included. */
function needed(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen
  seen.add(name)
  if (name.endsWith('.js')) for (const [, other] of text(name).matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([\w.-]+\.js)["']/g)) needed(other!, seen)
  return seen
}

const page = readFileSync(`${folder}/index.html`, 'utf8')
const named = [...page.matchAll(/(?:src|href)="\/console\/assets\/([\w.-]+\.(?:js|css))"/g)].map((match) => match[1]!)
const shell = new Set(named.flatMap((name) => [...needed(name)]))
const entry = named.find((name) => name.startsWith('index-') && name.endsWith('.js'))!

/** Each part that is loaded on demand, with its scripts and styles. */
function parts(of: string): Map<string, Set<string>> {
  const source = text(of)
  const files = JSON.parse(/m\.f\s*=\s*(\[[^\]]*\])/.exec(source)?.[1] ?? '[]') as string[]
  const found = new Map<string, Set<string>>()
  for (const [, name, indices] of source.matchAll(/import\(["'`]\.\/([\w.-]+\.js)["'`]\)\s*,\s*__vite__mapDeps\(\[([\d,]*)\]\)/g)) {
    const more = (indices ?? '').split(',').filter(Boolean).map((index) => files[Number(index)]!.replace(/^assets\//, ''))
    found.set(name!, new Set([...needed(name!), ...more.flatMap((other) => [...needed(other)])]))
  }
  for (const [, name] of source.matchAll(/import\(["'`]\.\/([\w.-]+\.js)["'`]\)/g)) if (!found.has(name!)) found.set(name!, needed(name!))
  return found
}

describe('what a browser fetches', () => {
  const all = parts(entry)
  const pages = [...all].filter(([name]) => !name.startsWith('reasons'))

  it(`is a shell of at most ${SHELL_KB_MAX} kB`, () => {
    expect(shell.size).toBeGreaterThan(1)
    expect(kb(shell)).toBeLessThanOrEqual(SHELL_KB_MAX)
  })

  it(`is at most ${ROUTE_KB_MAX} kB for each page, before the parts that load when they are shown`, () => {
    expect(pages.length).toBeGreaterThan(20)
    const heavy = pages.map(([name, files]) => [name, Math.round(kb(new Set([...shell, ...files])))] as const).filter(([, weight]) => weight > ROUTE_KB_MAX)
    expect(heavy).toEqual([])
  })

  it('holds the editor and the chart in parts of their own, which no page fetches at once', () => {
    const apart = readdirSync(assets).filter((name) => /^(SqlEditor|BarChart)-.*\.js$/.test(name))
    expect(apart.length).toBe(2)
    for (const name of apart) for (const [page, files] of pages) expect(files.has(name), `${page} fetches ${name}`).toBe(false)
  })
})
