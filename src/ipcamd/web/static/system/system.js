// System page: accounts, network safety, maintenance; each part is an element of its own.

import "./accounts.js";
import "./audit_log.js";
import "./certificate.js";
import "./ip_filter.js";
import "./maintenance.js";
