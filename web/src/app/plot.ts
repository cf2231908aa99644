// Which columns of a result can be drawn, and what of it. The cells come as text.

const NUMBER = /^-?\d+(\.\d+)?$/

export interface Plot { labels: string[]; values: (number | null)[]; left: number }

/** The most bars that can be told apart. */
export const BARS_MAX = 40

type Rows = readonly (readonly (string | null)[])[]

/** The columns whose every cell is a number or empty, and that hold one. */
export function numeric(columns: readonly string[], rows: Rows): string[] {
  return columns.filter((_, at) => rows.some((row) => row[at] != null) && rows.every((row) => row[at] == null || NUMBER.test(row[at]!)))
}

/** A column of numbers by the labels of another, in the order of the rows; what does not fit is counted. */
export function plot(columns: readonly string[], rows: Rows, label: string, value: string): Plot {
  const [labelAt, valueAt] = [columns.indexOf(label), columns.indexOf(value)]
  const shown = rows.slice(0, BARS_MAX)
  return {
    labels: shown.map((row) => row[labelAt] ?? '—'),
    values: shown.map((row) => (row[valueAt] == null ? null : Number(row[valueAt]))),
    left: rows.length - shown.length,
  }
}
