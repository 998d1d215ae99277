import { PerformanceObserver } from "node:perf_hooks";

const observing = new Set<PerformanceObserver>();

/**
 * Each service watches its process collect garbage, for its metrics, until the process ends; so each stays in memory (2 MB)
 * and is told of every collection. A process of tests starts hundreds.
 */
const { observe } = PerformanceObserver.prototype;
PerformanceObserver.prototype.observe = function (this: PerformanceObserver, ...options) {
  observing.add(this);
  observe.apply(this, options);
};

export function stopObserving(): void {
  for (const observer of observing) observer.disconnect();
  observing.clear();
}
