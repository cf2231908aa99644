// How the console is built: one folder of hashed, compressed files that the binary embeds.
//
// INVARIANT (nothing from elsewhere): an import that cannot be resolved fails the build;
// a page that quietly asks a stranger for a module would be blank behind a closed network.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import vue from '@vitejs/plugin-vue'
import ElementPlus from 'unplugin-element-plus/vite'
import { defineConfig, type Plugin } from 'vite'

// Beside each text file its compressed forms, so that the server compresses nothing. Made of
// what was written: other plugins still change a bundle while it is generated.
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle).filter((name) => /\.(js|css|svg)$/.test(name))) {
        const path = `${dir}/${name}`
        const bytes = readFileSync(path)
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }))
      }
    },
  }
}

// While one works on pages: the server that answers them.
const server = process.env.SHUYU_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  base: '/console/',
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // The server puts a fresh nonce in its place for each request.
  html: { cspNonce: '__CSP_NONCE__' },
  plugins: [vue(), ElementPlus({}), compressed()],
  build: {
    // The oldest browsers that offices here still run (奇安信 90, UOS 93), with room below.
    target: 'chrome87',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      onwarn(warning, warn) {
        if (warning.code === 'UNRESOLVED_IMPORT') throw new Error(warning.message)
        warn(warning)
      },
    },
  },
  define: { __INTLIFY_JIT_COMPILATION__: true, __VUE_I18N_LEGACY_API__: false, __VUE_I18N_FULL_INSTALL__: false, __INTLIFY_PROD_DEVTOOLS__: false },
  server: { proxy: Object.fromEntries(['/v1', '/style.css', '/log'].map((path) => [path, server])) },
})
