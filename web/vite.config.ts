import { fileURLToPath, URL } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

import vue from '@vitejs/plugin-vue'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import Components from 'unplugin-vue-components/vite'
import { defineConfig, type Plugin } from 'vite'

/** Writes .br and .gz beside every text file, so that the server has nothing to compress. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    generateBundle(_options, bundle) {
      for (const [fileName, output] of Object.entries(bundle)) {
        if (!/\.(js|css|svg)$/.test(fileName)) continue
        const source = Buffer.from(output.type === 'chunk' ? output.code : output.source)
        if (source.length < 1400) continue
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
        const packed = { br: brotliCompressSync(source, quality), gz: gzipSync(source) }
        for (const [ending, bytes] of Object.entries(packed)) {
          this.emitFile({ type: 'asset', fileName: `${fileName}.${ending}`, source: bytes })
        }
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
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, manifest: true },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
})
