// A key by which the server knows the same request again. Offices reach the console over plain
// HTTP too, where `crypto.randomUUID` is not there.
export function onceKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
