// A test that is being written: its form, what the server says of it as it is, and what is to be shown of that.

import { computed, signal } from '@preact/signals';

import { Refusal, api, reasonOf } from '../api/client';
import type { Fault, Test } from '../api/types';
import { bodyOf } from '../spec/body';
import { formOf } from '../spec/copy';
import type { Form } from '../spec/form';
import { EMPTY } from '../spec/form';
import { PRESETS, applyPreset } from '../spec/presets';
import type { Preset } from '../spec/presets';

/** Milliseconds without a change until the server is asked. */
const PAUSE = 250;

export class Draft {
  readonly form = signal<Form>(PRESETS[0] ? applyPreset(PRESETS[0], EMPTY) : EMPTY);
  readonly preset = signal<string | null>(PRESETS[0]?.name ?? null);
  readonly body = computed(() => bodyOf(this.form.value));
  /** What the server said of the form as it is now, or was a moment ago. */
  readonly faults = signal<readonly Fault[]>([]);
  readonly isChecked = signal(false);
  /** Why a test was not made although no field of it is wrong. */
  readonly refusal = signal<string | null>(null);
  readonly wasSent = signal(false);
  readonly isSending = signal(false);
  readonly #touched = signal<ReadonlySet<string>>(new Set());
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: AbortController | null = null;

  change(patch: Partial<Form>): void {
    this.form.value = { ...this.form.value, ...patch };
    this.#checkSoon();
  }

  use(preset: Preset): void {
    this.form.value = applyPreset(preset, this.form.value);
    this.preset.value = preset.name;
    this.#checkSoon();
  }

  copy(test: Test): void {
    this.form.value = formOf(test);
    this.preset.value = null;
    this.#checkSoon();
  }

  touch(field: string): void {
    if (!this.#touched.value.has(field)) this.#touched.value = new Set([...this.#touched.value, field]);
  }

  /** The fault of a field that someone has filled in, or of any once the form was sent. */
  faultOf(field: string): string | undefined {
    const fault = this.faults.value.find((fault) => fault.field === field);
    return fault && (this.wasSent.value || this.#touched.value.has(field)) ? fault.message : undefined;
  }

  /** Stores the test, and starts it if so wished; the test, or null with the reasons shown. */
  async send(andStart: boolean): Promise<Test | null> {
    this.isSending.value = true;
    this.refusal.value = null;
    this.stop();
    try {
      const test = await api.create(this.body.value);
      this.faults.value = [];
      if (!andStart) return test;
      // It is stored: its own page is the place for what else goes wrong.
      return await api.start(test.testID).catch(() => test);
    } catch (error) {
      this.wasSent.value = true;
      this.faults.value = faultsOf(error);
      if (this.faults.value.length === 0) this.refusal.value = reasonOf(error);
      return null;
    } finally {
      this.isSending.value = false;
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  #checkSoon(): void {
    this.stop();
    this.refusal.value = null;
    this.#timer = setTimeout(() => void this.check(), PAUSE);
  }

  async check(): Promise<void> {
    const asking = new AbortController();
    this.#asking = asking;
    try {
      await api.validate(this.body.value, asking.signal);
      this.faults.value = [];
      this.isChecked.value = true;
    } catch (error) {
      if (asking.signal.aborted) return;
      const faults = faultsOf(error);
      this.faults.value = faults;
      this.isChecked.value = faults.length > 0;
    }
  }
}

/** The faults of fields; that a name is taken is one of its field, too. */
function faultsOf(error: unknown): readonly Fault[] {
  if (!(error instanceof Refusal)) return [];
  const isTaken = error.faults.length === 0 && error.code === 'test_exists';
  return isTaken ? [{ field: 'testID', message: error.message }] : error.faults;
}
