import { type ProductPage, pageAnswer, productAnswer, type RequestSummary, totalsOf } from "./answers.ts";
import type { ProductResult } from "./statuses.ts";

/**
 * A status as JSON text, a piece for each page of products: that of a hundred thousand products takes the memory of a
 * few hundred.
 *
 * @param products all of them, or those of the page
 * @param page null where none was asked for
 */
export async function* statusText(
  request: RequestSummary,
  products: AsyncIterable<readonly ProductResult[]>,
  page: ProductPage | null,
): AsyncGenerator<string> {
  const { id, status } = request;
  yield `${JSON.stringify({ request_id: id, status }).slice(0, -1)},"products":[`;
  let separator = "";
  for await (const some of products) {
    if (some.length === 0) continue;
    yield separator + some.map((product) => JSON.stringify(productAnswer(product))).join();
    separator = ",";
  }
  const rest = { ...totalsOf(request), ...(page && pageAnswer(request, page)) };
  yield `],${JSON.stringify(rest).slice(1)}`;
}
