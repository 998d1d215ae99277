import { fileURLToPath } from "node:url";
import { defaultClientConditions, defineConfig } from "vite";

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  // In the repository of the packages they are their sources; elsewhere this line is not needed.
  resolve: { conditions: ["fovea-source", ...defaultClientConditions] },
  build: {
    // For `await` outside of functions.
    target: "es2022",
    rolldownOptions: { input: [page("index.html"), page("redirect.html")] },
  },
});
