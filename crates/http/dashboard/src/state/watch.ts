// One test and one of its runs: read at first, then kept up to date by events. Everything a test's page shows of it.

import { signal } from '@preact/signals';

import { Refusal, api, links } from '../api/client';
import type { Connection } from '../api/events';
import { listen } from '../api/events';
import type { LivePoint, Mark, Point, Results, Series, Test } from '../api/types';

/** More points than this are read again, so that the server merges them: a chart shows about half as many. */
export const MOST_POINTS = 1000;
const RESULTS_EVERY = 1000;

export class Watch {
  readonly testID: string;
  /** The run that was asked for; null follows the latest. */
  readonly asked: number | null;
  readonly test = signal<Test | null>(null);
  readonly results = signal<Results | null>(null);
  readonly series = signal<Series | null>(null);
  readonly connection = signal<Connection>('connecting');
  readonly failure = signal<unknown>(null);
  readonly isDeleted = signal(false);
  readonly isReading = signal(true);

  readonly #abort = new AbortController();
  readonly #stop: () => void;
  #early: LivePoint[] = [];
  #readResultsAt = 0;
  #pending: ReturnType<typeof setTimeout> | undefined;

  constructor(testID: string, run: number | null) {
    this.testID = testID;
    this.asked = run;
    void this.read();
    this.#stop = listen(links.events(testID), {
      state: (test) => this.take(test),
      point: (point) => this.#book(point),
      deleted: () => {
        this.isDeleted.value = true;
        this.#nothingToHear();
      },
      connection: (state) => (this.connection.value = state),
      returned: () => void this.read(),
    });
  }

  /** The service answers, and there is no such test: no reason to ask for its events again and again. */
  #nothingToHear(): void {
    this.#stop();
    this.connection.value = 'live';
  }

  stop(): void {
    clearTimeout(this.#pending);
    this.#abort.abort();
    this.#stop();
  }

  /** The number of the run that is shown. */
  get run(): number | null {
    return this.asked ?? this.test.value?.run ?? null;
  }

  /** Reads everything anew. */
  async read(): Promise<void> {
    const { signal } = this.#abort;
    try {
      this.isReading.value = true;
      this.test.value = newer(this.test.value, await api.test(this.testID, signal));
      const { run } = this;
      if (run !== null) {
        const [results, series] = await Promise.all([
          api.results(this.testID, run, signal).catch(noneYet),
          api.series(this.testID, { run }, signal).catch(noneYet),
        ]);
        if (run !== this.run) return;
        this.results.value = results;
        this.series.value = series;
        const early = this.#early;
        this.#early = [];
        early.forEach((point) => this.#book(point));
      }
      this.failure.value = null;
    } catch (error) {
      if (signal.aborted) return;
      this.failure.value = error;
      if (error instanceof Refusal && error.code === 'test_not_found') this.#nothingToHear();
    } finally {
      this.isReading.value = false;
    }
  }

  /** Takes in what an answer or an event said of the test. */
  take(test: Test): void {
    const before = this.test.value;
    if (newer(before, test) !== test) return;
    this.test.value = test;
    if (!before || (before.status === test.status && before.run === test.run)) return;
    if (before.run !== test.run && this.asked === null) {
      this.results.value = null;
      this.series.value = null;
      this.#early = [];
    }
    // What a change leaves behind, a mark or the last answers, is stored a moment after it is announced.
    this.#readSoon(300);
    if (test.completedAt !== before.completedAt) setTimeout(() => this.#readSoon(0), 1500);
  }

  #readSoon(after: number): void {
    clearTimeout(this.#pending);
    this.#pending = setTimeout(() => {
      if (!this.#abort.signal.aborted) void this.read();
    }, after);
  }

  #book(point: LivePoint): void {
    if (point.run !== this.run) return;
    const series = this.series.value;
    if (!series) {
      this.#early.push(point);
      return;
    }
    if (series.points.length >= MOST_POINTS) {
      this.#readSoon(0);
      return;
    }
    this.series.value = extended(series, point);
    void this.#readResults();
  }

  /** The summary is the server's to make: read again while points come, but not more often than one can look. */
  async #readResults(): Promise<void> {
    const now = performance.now();
    if (document.hidden || now - this.#readResultsAt < RESULTS_EVERY * 0.9) return;
    this.#readResultsAt = now;
    const { run } = this;
    try {
      const results = await api.results(this.testID, run, this.#abort.signal);
      if (run === this.run) this.results.value = results;
    } catch {
      // The next point asks again; a connection that is gone is said by the stream.
    }
  }
}

/** A series with one more point at its end, if it is later than all. */
export function extended(series: Series, point: LivePoint): Series {
  const isLater = point.t > (series.points.at(-1)?.t ?? -1);
  const points: Point[] = isLater
    ? [...series.points, { t: point.t, at: point.at, lanes: point.lanes }]
    : series.points;
  return {
    ...series,
    points,
    activeSeconds: Math.max(series.activeSeconds, point.t),
    timeline: withMarks(series.timeline, point.marks),
  };
}

function withMarks(timeline: Mark[], marks: readonly Mark[]): Mark[] {
  const fresh = marks.filter(({ event, at }) => !timeline.some((known) => known.event === event && known.at === at));
  return fresh.length === 0 ? timeline : [...timeline, ...fresh];
}

/** The later of two states of a test; one that was deleted and created again begins anew. */
function newer(known: Test | null, test: Test): Test {
  return known?.createdAt === test.createdAt && known.version > test.version ? known : test;
}

/** A run that has just begun has nothing yet. */
function noneYet(error: unknown): null {
  if (error instanceof Refusal && error.status === 404) return null;
  throw error;
}
