// Tests of the console: `unit` alone, `browser` against a running server.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  test: { testTimeout: 300_000, hookTimeout: 60_000, fileParallelism: false },
})
