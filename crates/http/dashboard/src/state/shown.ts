// What the frame shows of the page inside it.

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import type { Connection } from '../api/events';

/** The connection of the page that is shown; null where a page has none. */
export const shownConnection = signal<Connection | null>(null);

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · MoniFlux`;
  }, [title]);
}

/** Shows a page's connection in the frame for as long as the page is there. */
export function useConnection(connection: Connection | null): void {
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
