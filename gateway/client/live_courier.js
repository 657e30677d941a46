// The script of the page that takes sealed files.
import { byId } from './dom.js';
import { quickExit } from './exit.js';
import { courierPage } from './courier.js';

courierPage(byId('courier'));
quickExit();
