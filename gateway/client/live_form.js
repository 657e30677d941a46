// The script of the form.
import './guard.js'; // first
import { byId } from './dom.js';
import { quickExit } from './exit.js';
import { formPage } from './form.js';

formPage(byId('report'));
quickExit();
