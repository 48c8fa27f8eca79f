// The results of tests that are over, for a list of them: read when a row is shown, a few at a time, and kept.

import type { Signal as Reactive } from '@preact/signals';
import { signal } from '@preact/signals';

import { api } from '../api/client';
import type { Results, Test } from '../api/types';

const AT_ONCE = 4;

class Outcome {
  readonly results: Reactive<Results | null> = signal(null);
  readonly #test: Test;
  #isWanted = false;

  constructor(test: Test) {
    this.#test = test;
  }

  /** Reads it, unless that has happened. */
  want(): void {
    if (this.#isWanted || (this.#test.run ?? null) === null) return;
    this.#isWanted = true;
    enqueue(async () => {
      try {
        this.results.value = await api.results(this.#test.testID, this.#test.run);
      } catch {
        // A row without figures; asked for again when it is shown the next time.
        this.#isWanted = false;
      }
    });
  }
}

const known = new Map<string, Outcome>();

export function outcomeOf(test: Test): Outcome {
  const key = `${test.testID} ${test.createdAt} ${test.run ?? ''} ${test.status}`;
  let outcome = known.get(key);
  if (!outcome) known.set(key, (outcome = new Outcome(test)));
  return outcome;
}

const waiting: (() => Promise<void>)[] = [];
let busy = 0;

function enqueue(job: () => Promise<void>): void {
  waiting.push(job);
  next();
}

function next(): void {
  if (busy >= AT_ONCE) return;
  const job = waiting.shift();
  if (!job) return;
  busy += 1;
  void job().finally(() => {
    busy -= 1;
    next();
  });
}
