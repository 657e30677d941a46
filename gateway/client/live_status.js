// The script of the page that asks for an answer. T, its texts, and G (guard_status.js) stand in the page.
import { byId } from './dom.js';
import { quickExit } from './exit.js';
import { statusPage } from './status.js';

statusPage(byId('status'));
quickExit();
