// The script of the form. T, its texts, and G, the guard that holds the form until now (guard_form.js), stand in the page.
import { byId } from './dom.js';
import { quickExit } from './exit.js';
import { formPage } from './form.js';

formPage(byId('report'));
quickExit();
