import { gzipSync } from "node:zlib";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";

export default defineConfig({
  // The service says where the files are: below its base path, which is not known here.
  base: "./",
  // In this repository the packages are their sources.
  resolve: { conditions: ["fovea-source", ...defaultClientConditions] },
  build: {
    target: "es2022",
    // What a page needs first is loaded by the module that names it; nothing is written into the page for it.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // "use client" is for frameworks that render on a server.
      onLog: (level, log, print) => (log.code === "MODULE_LEVEL_DIRECTIVE" ? undefined : print(level, log)),
      output: {
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  plugins: [compressed()],
  server: {
    proxy: {
      "^/(api|admin/|health|export|sign-in|sign-out|docs|openapi.json|dashboard/)": "http://127.0.0.1:8000",
    },
  },
});

/** Beside each file one that is smaller: the service sends that to whoever takes it, and compresses nothing itself. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        for (const [name, output] of Object.entries(bundle)) {
          if (!/\.(?:js|css|svg)$/.test(name)) continue;
          const bytes = Buffer.from(output.type === "chunk" ? output.code : output.source);
          this.emitFile({ type: "asset", fileName: `${name}.gz`, source: gzipSync(bytes, { level: 9 }) });
        }
      },
    },
  };
}
