import { defineConfig } from 'vite';

// GraphiQL is a tool for developers: built beside the console, never part of it.
export default defineConfig({
  root: import.meta.dirname,
  base: '/graphiql/',
  build: { target: 'es2022', outDir: '../dist-explorer', emptyOutDir: true, assetsDir: 'assets', chunkSizeWarningLimit: 4000,
    // React packages say for whom they are; there is nobody else here.
    rollupOptions: { onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning) },
  },
});
