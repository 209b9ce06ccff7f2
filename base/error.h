// Why something on the device side could not be done: one closed list for formats, core and the
// flash border. The numbers are stable (devices report them; never reuse one); each has a text that
// says what happened, the likely cause and the next step (describe(), base/error.cc).
//
// Numbers that were given once and are not used any more: 611, 615 to 618, 700.
//
// The ESP-IDF face maps these to esp_err_t in one place (idf/errors.cc).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace rota {

enum class Error : std::uint16_t {
  // Flash chip and eFuses
  kFlashOutOfRange = 100,
  kFlashUnaligned = 101,
  kFlashReadFailed = 102,
  kFlashProgramFailed = 103,
  kFlashEraseFailed = 104,
  kFlashVerifyMismatch = 105,  // read back differs from what was written
  kFlashProtected = 106,       // the running slot, the table, the bootloader
  kEfuseBurnFailed = 110,

  // Partition table
  kTableTruncated = 200,
  kTableBadMagic = 201,
  kTableMd5Mismatch = 202,
  kTableSecondMd5 = 203,
  kTableNoMd5 = 204,
  kTableNoEnd = 205,
  kTableRowBeyondFlash = 206,
  kTableTooManyRows = 207,
  kTableLabelNotText = 208,  // not UTF-8; only the host tool looks

  // Image
  kImageBadMagic = 300,
  kImageTooManySegments = 301,
  kImageSegmentLength = 302,  // not a multiple of 4, or beyond the limit
  kImageFirstSegmentTooShort = 303,
  kDescriptionMissing = 304,      // no 0xABCD5432 where the description must be
  kImageSegmentMisaligned = 305,  // file offset and load address differ modulo the MMU page
  kImageBadLoadAddress = 306,     // a bootloader would not load there
  kImageWrongChip = 307,
  kImageChipTooOld = 308,  // chip revision below the image's minimum
  kImageChipTooNew = 309,
  kImageEfuseBlockRevision = 310,
  kImageWrapsAround = 311,
  kImageBadChecksum = 312,
  kImageBadDigest = 313,
  kImageLargerThanPartition = 314,
  kImageDigestMissing = 315,  // policy: the running image has a digest, the new one has none
  kImageSecureVersionTooOld = 316,
  kImageSpiModeMismatch = 317,
  kImageTooShort = 318,            // the data end before the image does
  kImagePartitionTooLarge = 319,   // a partition larger than the chip can address
  kImageMappedSegmentCount = 320,  // a chip with one shared map needs exactly two mapped segments
  kImageSignatureInvalid = 321,
  kImageIsErased = 322,  // flash reads FF: nothing was written there

  // Partitions
  kPartitionNotFound = 400,
  kPartitionReadOnly = 401,
  kPartitionOffsetBeyondEnd = 402,  // the start lies outside
  kPartitionOverrun = 403,          // the end lies outside
  kPartitionUnalignedSize = 404,
  kPartitionUnalignedOffset = 405,
  kPartitionUnsupported = 406,
  kPartitionOverlap = 407,

  // Updating a slot
  kNullArgument = 500,
  kInvalidArgument = 501,
  kNotAnOtaSlot = 502,
  kPartitionIsRunning = 503,
  kRunningImageOnTrial = 504,  // confirm or reject it before the next update
  kUpdateInProgress = 505,     // another open handle has this partition
  kTooManyHandles = 506,
  kUnknownHandle = 507,
  kNothingWritten = 508,
  kFirstByteWrong = 509,  // not E9, or not a partition table
  kValidationFailed = 510,
  kDataAlreadyWritten = 511,
  kSequentialHandle = 512,  // write_with_offset on a handle opened for sequential writing
  kSecureVersionTooOld = 513,
  kOtaDataMissing = 514,
  kNoActiveRecord = 515,
  kRollbackImpossible = 516,
  kRunningIsNotActive = 517,  // confirmation of a record that is not the running slot's
  kSlotNumberTooLarge = 518,
  kSequenceExhausted = 519,
  kTailNotWritten = 520,
  kSecureVersionWidth = 521,   // does not fit the fuse field
  kSecureVersionBehind = 522,  // burned version is above the requested one

  // Update conversation (HTTP) as the device sees it
  kHttpStatus = 600,
  kHttpNotFound = 601,
  kHttpForbidden = 602,
  kHttpUnauthorized = 603,
  kHttpServerError = 604,
  kHttpNotModified = 605,
  kHttpRangeRefused = 606,
  kHttpTooManyRedirects = 607,
  kHttpConnectionClosed = 608,  // before the data were complete
  kHttpReadFailed = 609,
  kHttpStalled = 610,  // no progress within the deadline
  kHttpLengthUnknown = 612,
  kHttpRangeMismatch = 613,
  kHttpBodyChanged = 614,  // ETag or total length differs from the first part
  kWrongState = 619,
  kSequenceOfCallsWrong = 620,

  // Bootloader image and its settings
  kBootloaderMissing = 800,
  kBootloaderSettings = 801,

  // NVS
  kNvsNotFound = 900,
  kNvsNotEnoughSpace = 901,
  kNvsKeyTooLong = 902,
  kNvsValueTooLong = 903,
  kNvsInvalidState = 904,
  kNvsNoFreePages = 905,
  kNvsNewVersion = 906,
  kNvsRemoveFailed = 907,  // the new value is stored; the old one is erased at the next start
  kNvsInvalidLength = 908,
  kNvsPageFull = 909,
  kNvsInconsistent = 910,
  kNvsOutOfMemory = 911,
  kNvsKeysMissing = 912,  // the key partition is blank
  kNvsKeysDamaged = 913,
};

struct ErrorText {
  Error code;
  std::string_view name;   // "ImageWrongChip"
  std::string_view what;   // what happened
  std::string_view cause;  // the likely cause
  std::string_view next;   // what to do
};

// The catalogue, ascending by number; every enumerator has exactly one entry.
std::span<const ErrorText> error_catalogue();

// The entry of a code; for a number outside the enumeration an entry that says so.
const ErrorText& describe(Error error);

}  // namespace rota
