// Certificates by Mbed TLS's names.
#pragma once

#include "mbedtls/x509_crt.h"
