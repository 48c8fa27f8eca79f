// What lies above the page: the one question, messages, and menus.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

import { dismiss, notes, question } from '../state/notes';
import { Icon } from './Icon';

/** The question that comes before something is lost. The safe answer has the focus. */
export function Ask() {
  const dialog = useRef<HTMLDialogElement>(null);
  const safe = useRef<HTMLButtonElement>(null);
  const title = useId();
  const asked = question.value;
  useEffect(() => {
    if (!asked) return;
    dialog.current?.showModal();
    safe.current?.focus();
  }, [asked]);
  if (!asked) return null;
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={title}
      onCancel={() => asked.answer(false)}
      onClick={(event) => {
        if (event.target === dialog.current) asked.answer(false);
      }}
    >
      <div class="dialog-body">
        <h2 id={title}>{asked.title}</h2>
        <p>{asked.text}</p>
        <div class="dialog-actions">
          <button type="button" class="button" ref={safe} data-testid="dismiss" onClick={() => asked.answer(false)}>
            Keep it
          </button>
          <button
            type="button"
            class={asked.isDangerous ? 'button is-danger' : 'button is-primary'}
            data-testid="confirm"
            onClick={() => asked.answer(true)}
          >
            {asked.action}
          </button>
        </div>
      </div>
    </dialog>
  );
}

export function Notes() {
  return (
    <div class="notes">
      <div role="status" aria-live="polite">
        {notes.value.filter(({ kind }) => kind === 'done').map(noteOf)}
      </div>
      <div role="alert">{notes.value.filter(({ kind }) => kind === 'failed').map(noteOf)}</div>
    </div>
  );
}

function noteOf({ id, kind, text }: { id: number; kind: string; text: string }) {
  return (
    <div key={id} class={`note is-${kind}`} data-testid="toast" data-kind={kind}>
      <Icon name={kind === 'done' ? 'check' : 'alert'} />
      <p>{text}</p>
      <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => dismiss(id)}>
        <Icon name="cross" />
      </button>
    </div>
  );
}

/** A button with a few links below it; closes when one looks elsewhere. */
export function Menu({
  label,
  children,
  testId,
}: {
  label: ComponentChildren;
  children: ComponentChildren;
  testId?: string;
}) {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      const { current } = menu;
      if (!current?.open) return;
      if (event instanceof KeyboardEvent) {
        if (event.key !== 'Escape') return;
        current.querySelector('summary')?.focus();
      } else if (current.contains(event.target as Node) && !(event.target as Element).closest('a, .menu-item')) return;
      current.open = false;
    };
    document.addEventListener('click', close);
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('click', close);
      document.removeEventListener('keydown', close);
    };
  }, []);
  return (
    <details class="menu" ref={menu} data-testid={testId}>
      <summary class="button">{label}</summary>
      <div class="menu-list">{children}</div>
    </details>
  );
}
