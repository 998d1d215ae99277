/** Empty, or the prefix of every path of the service, such as `/images`; the service writes it into the page. */
export const basePath = document.documentElement.dataset["basePath"] ?? "";
