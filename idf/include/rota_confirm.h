// Ends the trial of a new image by what matters most: it has to reach its update server again,
// because then it can be replaced, whatever else is wrong with it. A header of Rota's own. It and
// rota_confirm.c call nothing but ESP-IDF's public functions; for a real chip, copy both into the
// project.
//
// An image that does not reach the server within the deadline is given up, unless the version
// before it did not reach the server either: then the network is down, which is not the image's
// fault, and it stays on trial. What each version saw is kept in NVS (namespace "rota_confirm"; a
// byte and a version, written only when they change). After a rollback the version that runs again
// looks, too: does it reach the server, the new image was at fault; does it not, the network was.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_http_client.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  // One attempt: a HEAD request; any answer means that the server was reached. With TLS nobody else
  // can give it. Set timeout_ms: it bounds the attempt. Ignored when `check` is set.
  const esp_http_client_config_t* http;
  // An attempt of the program's own, for other protocols: ESP_OK when the server was reached.
  esp_err_t (*check)(void* argument);
  void* check_argument;

  uint32_t first_wait_ms;    // after the first failure; doubles with each; 0: 1000
  uint32_t longest_wait_ms;  // at most an hour; 0: 60000
  uint32_t deadline_ms;      // from the call until the last attempt begins; 0: 600000
} rota_confirm_config_t;

typedef enum {
  ROTA_CONFIRM_NO_VERDICT = 0,
  ROTA_CONFIRM_IMAGE_AT_FAULT,    // it did not reach the server, but this version does
  ROTA_CONFIRM_NETWORK_AT_FAULT,  // this version does not reach it either: install it again later
} rota_confirm_verdict_t;

typedef struct {
  bool was_on_trial;
  uint32_t attempts;
  uint32_t elapsed_ms;
  rota_confirm_verdict_t verdict;  // about the version that this function gave up before
  char given_up[32];               // that version, "" without a verdict
} rota_confirm_report_t;

// Tries to reach the update server until it answers or the deadline is over; waits between attempts
// (drawn between half and the whole of the time above, so that a fleet does not come all at once).
// Call it at every start, also of a version that is confirmed already, from a task that may wait,
// once NVS and the network are up. `report` may be NULL.
//
// ESP_OK: the server was reached; an image on trial is now confirmed. Does not return when the
// image is given up: the board restarts with the version before it. Errors: INVALID_ARG. TIMEOUT:
// not reached, and this image is not at fault; an image on trial stays on trial, so call again.
// OTA_ROLLBACK_FAILED: it is at fault, but there is no image to go back to. Those of
// esp_ota_mark_app_valid_cancel_rollback.
esp_err_t rota_confirm_when_reached(const rota_confirm_config_t* config,
                                    rota_confirm_report_t* report);

#ifdef __cplusplus
}
#endif
