import { startLoopback } from "../../../../test/simulators/loopback.ts";

export type TokenAnswer =
  | { readonly kind: "credentials"; readonly expiresAt: number }
  | { readonly kind: "error"; readonly status: number; readonly code: string }
  | { readonly kind: "reset" }
  | { readonly kind: "nonsense" };

/** A Security Token Service: gives `key-1`, `key-2`, … for whatever token. */
export async function startTokenServer(answerTo: (number: number) => TokenAnswer | Promise<TokenAnswer>) {
  const asked: { readonly target: string; readonly form: URLSearchParams }[] = [];
  const server = await startLoopback(async (request, body, response) => {
    asked.push({ target: request.url ?? "", form: new URLSearchParams(body.toString()) });
    const number = asked.length;
    const answer = await answerTo(number);
    switch (answer.kind) {
      case "reset":
        return void response.socket?.resetAndDestroy();
      case "nonsense":
        return void response.writeHead(200).end("<html>a page</html>");
      case "error": {
        const error = `<ErrorResponse><Error><Type>Sender</Type><Code>${answer.code}</Code><Message>arn:aws:iam::123</Message></Error></ErrorResponse>`;
        return void response.writeHead(answer.status).end(error);
      }
      case "credentials": {
        const expiration = new Date(answer.expiresAt).toISOString();
        response.writeHead(200).end(
          `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
            <AssumeRoleWithWebIdentityResult>
              <AssumedRoleUser><Arn>arn:aws:sts::123:assumed-role/files/fovea</Arn></AssumedRoleUser>
              <Credentials>
                <SessionToken>token-${number}&amp;/+=</SessionToken>
                <SecretAccessKey>secret-${number}/+</SecretAccessKey>
                <Expiration>${expiration}</Expiration>
                <AccessKeyId>key-${number}</AccessKeyId>
              </Credentials>
            </AssumeRoleWithWebIdentityResult>
          </AssumeRoleWithWebIdentityResponse>`,
        );
      }
    }
  });
  return { ...server, asked };
}
