// The script of the pages that a gateway serves. Which page it is, ids say.
import './guard.js'; // first
import { courierPage } from './courier.js';
import { byId } from './dom.js';
import { quickExit } from './exit.js';
import { formPage } from './form.js';
import { statusPage } from './status.js';

const report = byId('report');
const status = byId('status');
const courier = byId('courier');
if (report) formPage(report);
if (status) statusPage(status);
if (courier) courierPage(courier);
quickExit();
