// `npm test` is `npm run check`, whole: one command, the same here and in CI.
import "./check.mjs";
