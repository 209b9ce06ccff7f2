// The name of driver/usb_serial_jtag_vfs.h before ESP-IDF 5.3.
#pragma once

#include "driver/usb_serial_jtag_vfs.h"
