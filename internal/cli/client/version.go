package client

import "gaol/internal/config"

// EmulatedVersion is the Fail2Ban version that clients and scripts see. They branch on it, and some refuse what they do not
// know, so it is one that is well known.
const EmulatedVersion = config.DefaultVersion
