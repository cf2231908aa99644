import { describe, expect, it } from 'vitest'
import { bytes, count, day, exactTime, shortDigest, shortId, time, yuan } from '../../src/app/format'

describe('what people read', () => {
  it('shows times as the clock in China shows them', () => {
    const newYear = Date.UTC(2026, 11, 31, 16, 0, 5, 123) * 1000
    expect([time(newYear), day(newYear), exactTime(newYear)]).toEqual(['2027-01-01 00:00', '2027-01-01', '2027-01-01 00:00:05.123'])
  })

  it.each([[0, '0.00'], [5, '0.05'], [-123456789, '-1,234,567.89'], [100, '1.00']])('writes %i fen as %s yuan', (fen, text) => {
    expect(yuan(fen)).toBe(text)
  })

  it('groups digits and names units', () => {
    expect([count(1234567), count(12), bytes(999), bytes(1295), bytes(5_000_000)]).toEqual(['1,234,567', '12', '999 B', '1.3 kB', '5.0 MB'])
  })

  it('shortens ids and digests at their end and beginning', () => {
    expect(shortId('CAS-019ecdf158457772ba15b695d8f3431d')).toBe('CAS-…f3431d')
    expect(shortDigest(`sha256:${'9f'.repeat(32)}`)).toBe('sha256:9f9f9f9f…')
  })
})
