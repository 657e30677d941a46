// The script of the page that asks for an answer.
import './guard.js'; // first
import { byId } from './dom.js';
import { quickExit } from './exit.js';
import { statusPage } from './status.js';

statusPage(byId('status'));
quickExit();
