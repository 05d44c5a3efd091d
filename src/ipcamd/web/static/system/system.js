// System page: people, network, time, maintenance and log; each part is an element of its own.

import "../log/live_log.js";
import "../network/network_settings.js";
import { StateStream } from "../shared/state_stream.js";
import "../time/date_time.js";
import "./accounts.js";
import "./audit_log.js";
import "./backup.js";
import "./certificate.js";
import "./clients.js";
import "./ip_filter.js";
import "./maintenance.js";

const forms = document.querySelectorAll("date-time, network-settings");

new StateStream({
  settings: (group, values) => {
    for (const form of forms) form.take(group, values);
  },
  again: () => {
    // changes in the meantime were not reported
    for (const [at, form] of [...forms].entries()) form.attempt(() => form.show(at === 0));
  },
});
