// Keeps a fault of a page from taking the frame down with it: it is said, and another page is a click away.

import type { ComponentChildren } from 'preact';
import { Component } from 'preact';

import { Failure } from './basics';

interface BoundaryProps {
  children: ComponentChildren;
}

interface BoundaryState {
  error: unknown;
}

export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: null };

  static override getDerivedStateFromError(error: unknown): BoundaryState {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <Failure isPage error={error} what="This page cannot be shown" retry={() => this.setState({ error: null })} />
    );
  }
}
