import { Fovea } from "@fovea/client";
import { FoveaProvider } from "@fovea/react";
import { createRoot } from "react-dom/client";
import { Application } from "./application.tsx";
import { readSettings } from "./settings.ts";
import { createSignIn } from "./sign-in.ts";
import "./style.css";

const root = createRoot(document.body.appendChild(document.createElement("main")));
try {
  const settings = readSettings(import.meta.env);
  const signIn = await createSignIn(settings);
  const fovea = new Fovea({ baseUrl: settings.foveaUrl, token: signIn.token });
  root.render(
    <FoveaProvider client={fovea}>
      <Application signIn={signIn} />
    </FoveaProvider>,
  );
} catch (error) {
  root.render(<p role="alert">The page cannot start: {String(error)}</p>);
}
