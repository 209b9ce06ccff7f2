// Ends the trial of a new image: it stays when its self-test is good and it has reached the update
// server, because then it can be replaced, whatever else is wrong with it. Otherwise the board goes
// back to the image before it.
#pragma once

#include "esp_http_client.h"

// Call it first of all: a board that is damaged has to go back before it does anything else. Does
// not return when the self-test fails and there is an image to go back to.
void ota_trial_self_test(void);

// Call it at every start, once the network is up. Does not return when this image is given up.
void ota_trial_reach_server(const esp_http_client_config_t *http);
