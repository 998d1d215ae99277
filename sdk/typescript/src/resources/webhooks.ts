import { type Api, segment } from "../api.ts";
import type { ApiPromise } from "../api-promise.ts";
import { jsonBody } from "../body.ts";
import type {
  GetWebhookDeliveryAnswer,
  ListWebhookDeliveriesAnswer,
  ListWebhookDeliveriesQuery,
  TestWebhookAnswer,
  WebhookDelivery,
  WebhookDeliveryDetails,
} from "../generated/operations.ts";
import { Pages } from "../pages.ts";
import type { CallOptions } from "../settings.ts";
import {
  type VerifyOptions,
  verifyWebhook,
  type WebhookEvent,
  type WebhookHeaders,
} from "../verify-webhook.ts";

/** What the service tells others, and whether it was taken. */
export class Webhooks {
  readonly deliveries: WebhookDeliveries;
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
    this.deliveries = new WebhookDeliveries(api);
  }

  /** As `verifyWebhook`, which needs no client. */
  verify(
    body: string | Uint8Array | ArrayBuffer,
    headers: WebhookHeaders,
    options?: VerifyOptions,
  ): Promise<WebhookEvent> {
    return verifyWebhook(body, headers, options);
  }

  /** Sends a `webhook.test` there, once, and answers what the receiver said. */
  test(url: string, call?: CallOptions): ApiPromise<TestWebhookAnswer> {
    return this.#api.json({ method: "POST", path: "/api/v1/webhooks/test", body: jsonBody({ url }) }, call);
  }
}

class WebhookDeliveries {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Newest first. */
  list(query: Omit<ListWebhookDeliveriesQuery, "after"> = {}, call?: CallOptions): Pages<WebhookDelivery> {
    return new Pages((after) =>
      this.#api
        .json<ListWebhookDeliveriesAnswer>(
          {
            method: "GET",
            path: "/api/v1/webhooks/deliveries",
            query: { ...query, after: after ?? undefined },
          },
          call,
        )
        .map(({ deliveries, next_after }) => ({ items: deliveries, next: next_after })),
    );
  }

  get(id: string, call?: CallOptions): ApiPromise<WebhookDeliveryDetails> {
    return this.#api
      .json<GetWebhookDeliveryAnswer>({ method: "GET", path: deliveryPath(id) }, call)
      .map(({ delivery }) => delivery);
  }

  /** Sends it again, whatever became of it. */
  redeliver(id: string, call?: CallOptions): ApiPromise<WebhookDeliveryDetails> {
    return this.#api
      .json<GetWebhookDeliveryAnswer>({ method: "POST", path: `${deliveryPath(id)}/redeliver` }, call)
      .map(({ delivery }) => delivery);
  }
}

const deliveryPath = (id: string) => `/api/v1/webhooks/deliveries/${segment(id)}`;
