import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, URL } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

import vue from '@vitejs/plugin-vue'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import Components from 'unplugin-vue-components/vite'
import { defineConfig, type Plugin } from 'vite'

/** Writes .br and .gz beside every text file once all is written: the server compresses nothing. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle({ dir = 'dist' }, bundle) {
      const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
      for (const fileName of Object.keys(bundle).filter((name) => /\.(m?js|css|svg)$/.test(name))) {
        const source = readFileSync(join(dir, fileName))
        if (source.length < 1400) continue
        writeFileSync(join(dir, `${fileName}.br`), brotliCompressSync(source, quality))
        writeFileSync(join(dir, `${fileName}.gz`), gzipSync(source))
      }
    },
  }
}

export default defineConfig({
  plugins: [
    vue(),
    Components({ dts: false, dirs: [], resolvers: [ElementPlusResolver({ importStyle: 'css' })] }),
    compressed(),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // The page's policy allows no data: scripts, and small pictures gain nothing from inlining.
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, manifest: true, rolldownOptions: { input: { index: 'index.html', editors: 'src/studio/editors.ts' }, preserveEntrySignatures: 'exports-only' } },
  server: { fs: { allow: ['..'] }, proxy: { '/api': 'http://127.0.0.1:8000' } },
})
