// A way of provisioning.
#pragma once

#include "network_provisioning/manager.h"
#include "wifi_provisioning/scheme_softap.h"
