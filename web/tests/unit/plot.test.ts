// Which cells become bars.
import { describe, expect, it } from 'vitest'
import { BARS_MAX, numeric, plot } from '../../src/app/plot'

describe('a picture of a sample', () => {
  it('is drawn of columns that hold numbers alone', () => {
    const rows = [['江北区', '12', '1.5', null, '3'], ['江南区', '-4', null, null, 'x']]
    expect(numeric(['district', 'a', 'b', 'c', 'd'], rows)).toEqual(['a', 'b'])
  })

  it('keeps the order of the rows and an empty cell empty', () => {
    expect(plot(['d', 'n'], [['b', '2'], [null, null], ['a', '0.5']], 'd', 'n')).toEqual({ labels: ['b', '—', 'a'], values: [2, null, 0.5], left: 0 })
  })

  it('counts the rows that it leaves out', () => {
    const rows = Array.from({ length: BARS_MAX + 7 }, (_, index) => [String(index), '1'])
    const drawn = plot(['d', 'n'], rows, 'd', 'n')
    expect([drawn.labels.length, drawn.left]).toEqual([BARS_MAX, 7])
  })
})
