// What the frame shows of the page inside it.

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import type { Connection } from '../api/events';

/** The connection of a page that has a stream of its own; null for the others, which share one. */
export const shownConnection = signal<Connection | null>(null);

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · MoniFlux`;
  }, [title]);
}

/** Shows a page's connection in the frame for as long as the page is there. */
export function useConnection(connection: Connection): void {
  useEffect(() => {
    shownConnection.value = connection;
  }, [connection]);
  useEffect(
    () => () => {
      shownConnection.value = null;
    },
    [],
  );
}
