#include "idf/errors.h"

#include "esp_http_client.h"
#include "esp_https_ota.h"
#include "esp_image_format.h"
#include "esp_ota_ops.h"
#include "nvs.h"

namespace rota::idf {

esp_err_t esp_err_of(Error error) {
  switch (error) {
    case Error::kNullArgument:
    case Error::kInvalidArgument:
    case Error::kNotAnOtaSlot:
    case Error::kNothingWritten:
    case Error::kSlotNumberTooLarge:
    case Error::kSequentialHandle:
    case Error::kPartitionOffsetBeyondEnd:
    case Error::kPartitionUnalignedOffset:
    case Error::kPartitionOverlap:
    case Error::kFlashUnaligned:
    case Error::kFlashProtected:
    case Error::kSecureVersionWidth:
    case Error::kImagePartitionTooLarge:
      return ESP_ERR_INVALID_ARG;

    case Error::kPartitionOverrun:
    case Error::kPartitionUnalignedSize:
    case Error::kFlashOutOfRange:
    case Error::kTableRowBeyondFlash:
      return ESP_ERR_INVALID_SIZE;

    case Error::kPartitionReadOnly:
      return ESP_ERR_NOT_ALLOWED;

    case Error::kPartitionNotFound:
    case Error::kUnknownHandle:
    case Error::kOtaDataMissing:
    case Error::kDescriptionMissing:
    case Error::kTableNoMd5:
      return ESP_ERR_NOT_FOUND;

    case Error::kPartitionUnsupported:
      return ESP_ERR_NOT_SUPPORTED;

    case Error::kTooManyHandles:
      return ESP_ERR_NO_MEM;

    case Error::kTableTruncated:
    case Error::kTableBadMagic:
    case Error::kTableMd5Mismatch:
    case Error::kTableSecondMd5:
    case Error::kTableNoEnd:
    case Error::kTableTooManyRows:
    case Error::kTableLabelNotText:
    case Error::kDataAlreadyWritten:
    case Error::kTailNotWritten:
    case Error::kWrongState:
    case Error::kSequenceOfCallsWrong:
    case Error::kRunningIsNotActive:
      return ESP_ERR_INVALID_STATE;

    case Error::kFlashReadFailed:
    case Error::kFlashProgramFailed:
    case Error::kFlashEraseFailed:
      return ESP_ERR_FLASH_OP_FAIL;

    case Error::kPartitionIsRunning:
      return ESP_ERR_OTA_PARTITION_CONFLICT;
    case Error::kRunningImageOnTrial:
      return ESP_ERR_OTA_ROLLBACK_INVALID_STATE;
    case Error::kUpdateInProgress:
      return ESP_ERR_OTA_ALREADY_IN_PROGRESS;
    case Error::kSecureVersionTooOld:
    case Error::kImageSecureVersionTooOld:
      return ESP_ERR_OTA_SMALL_SEC_VER;
    case Error::kRollbackImpossible:
      return ESP_ERR_OTA_ROLLBACK_FAILED;
    case Error::kImageSpiModeMismatch:
      return ESP_ERR_OTA_SPI_MODE_MISMATCH;

    case Error::kFirstByteWrong:
    case Error::kValidationFailed:
    case Error::kImageDigestMissing:
    case Error::kImageTooManySegments:
      return ESP_ERR_OTA_VALIDATE_FAILED;

    case Error::kImageWrongChip:
    case Error::kImageChipTooOld:
    case Error::kImageChipTooNew:
      return ESP_ERR_INVALID_VERSION;

    case Error::kHttpNotModified:
      return ESP_ERR_HTTP_NOT_MODIFIED;
    case Error::kHttpRangeRefused:
      return ESP_ERR_HTTP_RANGE_NOT_SATISFIABLE;
    case Error::kHttpTooManyRedirects:
      return ESP_ERR_HTTP_MAX_REDIRECT;
    case Error::kHttpStalled:
      return ESP_ERR_TIMEOUT;

    case Error::kNvsNotFound:
      return ESP_ERR_NVS_NOT_FOUND;
    case Error::kNvsNotEnoughSpace:
      return ESP_ERR_NVS_NOT_ENOUGH_SPACE;
    case Error::kNvsKeyTooLong:
      return ESP_ERR_NVS_KEY_TOO_LONG;
    case Error::kNvsValueTooLong:
      return ESP_ERR_NVS_VALUE_TOO_LONG;
    case Error::kNvsInvalidState:
      return ESP_ERR_NVS_INVALID_STATE;
    case Error::kNvsNoFreePages:
      return ESP_ERR_NVS_NO_FREE_PAGES;
    case Error::kNvsNewVersion:
      return ESP_ERR_NVS_NEW_VERSION_FOUND;
    case Error::kNvsRemoveFailed:
      return ESP_ERR_NVS_REMOVE_FAILED;
    case Error::kNvsInvalidLength:
      return ESP_ERR_NVS_INVALID_LENGTH;
    case Error::kNvsPageFull:
      return ESP_ERR_NVS_PAGE_FULL;
    case Error::kNvsOutOfMemory:
      return ESP_ERR_NO_MEM;
    case Error::kNvsKeysMissing:
      return ESP_ERR_NVS_KEYS_NOT_INITIALIZED;
    case Error::kNvsKeysDamaged:
      return ESP_ERR_NVS_CORRUPT_KEY_PART;

    default:
      break;
  }
  const auto number = static_cast<unsigned>(error);
  if (number >= 300 && number < 400) return ESP_ERR_IMAGE_INVALID;
  return ESP_FAIL;
}

}  // namespace rota::idf
