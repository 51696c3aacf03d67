import type { RemovedListener } from '../connections/listener.ts';
import type { Metrics, MetricsSource } from './metrics.ts';

/** How often every listener is sampled, ms. */
const SAMPLE_EVERY_MS = 5000;

/**
 * The figures for Prometheus, made when they are asked for the first time: most boxes are never asked, and should not carry
 * the library. Counters count from the start all the same; histograms begin then.
 */
export class LazyMetrics {
  readonly #source: MetricsSource;
  #metrics: Metrics | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(source: MetricsSource) {
    this.#source = source;
  }

  /** The page, in the text format of Prometheus. */
  async page(): Promise<{ contentType: string; text: string }> {
    const { Metrics } = await import('./metrics.ts');
    if (!this.#metrics) {
      const metrics = new Metrics(this.#source);
      this.#metrics = metrics;
      metrics.sample();
      if (!this.#closed) this.#timer = setInterval(() => metrics.sample(), SAMPLE_EVERY_MS).unref();
    }
    return this.#metrics.page();
  }

  /** A listener has gone. */
  left(formatId: string, listener: RemovedListener): void {
    this.#metrics?.left(formatId, listener);
  }

  /** Stops sampling. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }
}
