// Server-sent events: one stream, its three kinds of event, and what state the connection is in.

import type { LivePoint, Test } from './types';

export type Connection = 'connecting' | 'live' | 'reconnecting';

export interface Listener {
  state?: (test: Test) => void;
  point?: (point: LivePoint) => void;
  deleted?: (testID: string) => void;
  connection: (connection: Connection) => void;
  /** The stream is there again after it was away: what happened meanwhile has to be read anew. */
  returned?: () => void;
}

/**
 * Listens until the function that is returned is called.
 *
 * The browser reconnects by itself, with `Last-Event-ID`, after a connection broke; not after the server refused one, as
 * a proxy does for a service that restarts. Then this does, less and less often, up to every ten seconds.
 */
export function listen(url: string, listener: Listener): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let refusals = 0;
  let wasLive = false;
  let isAway = false;

  const open = () => {
    const stream = new EventSource(url);
    source = stream;
    stream.onopen = () => {
      refusals = 0;
      listener.connection('live');
      if (wasLive && isAway) listener.returned?.();
      wasLive = true;
      isAway = false;
    };
    stream.onerror = () => {
      isAway = true;
      listener.connection('reconnecting');
      if (stream.readyState !== EventSource.CLOSED) return;
      refusals += 1;
      timer = setTimeout(open, retryAfter(refusals));
    };
    stream.addEventListener('state', (event) => listener.state?.(JSON.parse(event.data as string) as Test));
    stream.addEventListener('point', (event) => listener.point?.(JSON.parse(event.data as string) as LivePoint));
    stream.addEventListener('deleted', (event) => {
      listener.deleted?.((JSON.parse(event.data as string) as { testID: string }).testID);
    });
  };

  listener.connection('connecting');
  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

/** Milliseconds until the next attempt. */
export function retryAfter(refusals: number): number {
  return Math.min(10_000, 500 * 2 ** (refusals - 1));
}
