// What is said after an action, and the one question that comes before some.

import { signal } from '@preact/signals';

export interface Note {
  id: number;
  kind: 'done' | 'failed';
  text: string;
}

export interface Question {
  title: string;
  text: string;
  /** What the button does, such as "Cancel test". */
  action: string;
  isDangerous: boolean;
  answer: (yes: boolean) => void;
}

export const notes = signal<readonly Note[]>([]);
export const question = signal<Question | null>(null);

let last = 0;

export function say(kind: Note['kind'], text: string): void {
  const id = (last += 1);
  notes.value = [...notes.value.slice(-2), { id, kind, text }];
  setTimeout(() => dismiss(id), kind === 'done' ? 4000 : 12_000);
}

export function dismiss(id: number): void {
  notes.value = notes.value.filter((note) => note.id !== id);
}

/** Asks once; true if the answer is yes. */
export function ask(asked: Omit<Question, 'answer'>): Promise<boolean> {
  question.value?.answer(false);
  return new Promise((resolve) => {
    question.value = {
      ...asked,
      answer: (yes) => {
        question.value = null;
        resolve(yes);
      },
    };
  });
}
