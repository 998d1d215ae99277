// Where Entra ID answers to, in the window and in the hidden frame: it hands the answer to the page that asked, which since
// MSAL 5 cannot read it out of the frame itself. A page of its own, so that the frame does not load the application.
import { broadcastResponseToMainFrame } from "@azure/msal-browser/redirect-bridge";

await broadcastResponseToMainFrame();
