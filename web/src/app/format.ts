// How times, days, money and ids are written. Times come in microseconds of UTC and are shown
// as the clock in China shows them, whatever the browser's own zone is.

const CHINA_OFFSET_MS = 8 * 3600 * 1000

/** `2026-12-01 17:30`, from microseconds. */
export function time(micros: number): string {
  const at = new Date(micros / 1000 + CHINA_OFFSET_MS)
  return at.toISOString().slice(0, 16).replace('T', ' ')
}

/** `2026-12-01 17:30:05.123`, from microseconds. */
export function exactTime(micros: number): string {
  const at = new Date(micros / 1000 + CHINA_OFFSET_MS)
  return at.toISOString().slice(0, 23).replace('T', ' ')
}

/** `2026-12-01`, from microseconds. */
export function day(micros: number): string {
  return time(micros).slice(0, 10)
}

/** Yuan with two decimals, from integer fen, without floating point. */
export function yuan(fen: number): string {
  const sign = fen < 0 ? '-' : ''
  const whole = Math.abs(Math.trunc(fen))
  const rest = String(whole % 100).padStart(2, '0')
  return `${sign}${count(Math.trunc(whole / 100))}.${rest}`
}

/** `12,345,678`. */
export function count(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** `1.2 MB` for people; the exact number belongs beside it. */
export function bytes(number: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let rest = number
  let unit = 0
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000
    unit += 1
  }
  return `${unit === 0 ? rest : rest.toFixed(1)} ${units[unit]}`
}

/** The end of an id, by which people tell two of a list apart: `CAS-…431d`. */
export function shortId(id: string): string {
  const [kind, rest] = [id.slice(0, id.indexOf('-')), id.slice(id.indexOf('-') + 1)]
  return rest.length > 8 ? `${kind}-…${rest.slice(-6)}` : id
}

/** The beginning of a digest with its kind: `sha256:9f3c01ab…`. */
export function shortDigest(digest: string): string {
  const colon = digest.indexOf(':')
  return colon > 0 ? `${digest.slice(0, colon + 9)}…` : digest
}
