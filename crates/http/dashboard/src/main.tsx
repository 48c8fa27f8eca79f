// Where the dashboard begins.

import { render } from 'preact';

import './styles/tokens.css';
import './styles/base.css';
import './styles/frame.css';
import './styles/parts.css';
import './styles/forms.css';

import { App } from './app';

const root = document.getElementById('app');
if (root) render(<App />, root);
