// An application that was built to accept signed updates only: where the demand is made. What
// counts as signed is core/image_signature.h.
#include <gtest/gtest.h>

#include <vector>

#include "core/update_board_for_test.h"
#include "crypto/crc32.h"
#include "formats/signature_block.h"

namespace rota::core {
namespace {

Error error_of(const Status& status) { return status.ok() ? Error{} : status.error(); }

// With one block of the RSA scheme behind it; its key and its signature are all zero.
std::vector<std::byte> signed_image(std::vector<std::byte> image) {
  image.resize(formats::signature_sector_of(static_cast<std::uint32_t>(image.size())),
               std::byte{0xFF});
  std::vector<std::byte> block(formats::kSignatureBlockBytes);
  block[0] = std::byte{0xE7};
  block[1] = std::byte{2};
  const crypto::Sha256Digest digest = crypto::sha256(image);
  std::copy(digest.begin(), digest.end(), block.begin() + 4);
  store_u32(&block[1196], crypto::crc32(Bytes(block).first(1196)));
  block.resize(formats::kSignatureSectorBytes, std::byte{0xFF});
  image.insert(image.end(), block.begin(), block.end());
  return image;
}

class DemandedSignature : public testing::Test {
 protected:
  DemandedSignature() {
    board_.settings.demand_signature = true;
    board_.boot("factory");
  }

  UpdateBoardForTest board_;
  const std::vector<std::byte> unsigned_ = ImageForTest{}.build();
  const std::vector<std::byte> signed_ = signed_image(unsigned_);
};

TEST_F(DemandedSignature, AnUnsignedUpdateIsRefused) {
  EXPECT_EQ(error_of(board_.install("ota_0", unsigned_)), Error::kValidationFailed);
  EXPECT_EQ(board_.update->detail(), Error::kImageSignatureInvalid);
  EXPECT_TRUE(board_.install("ota_0", signed_).ok());
}

TEST_F(DemandedSignature, AnImageThatChangedAfterItWasSignedIsRefused) {
  std::vector<std::byte> changed = signed_;
  changed[unsigned_.size()] = std::byte{0};  // between the image and its sector of signatures
  EXPECT_EQ(error_of(board_.install("ota_0", changed)), Error::kValidationFailed);
  EXPECT_EQ(board_.update->detail(), Error::kImageSignatureInvalid);
}

TEST_F(DemandedSignature, AnUnsignedImageIsNotSwitchedTo) {
  board_.put("ota_0", unsigned_);
  EXPECT_EQ(error_of(board_.selection->set_boot(board_.partition("ota_0"))),
            Error::kValidationFailed);
  EXPECT_EQ(board_.selection->detail(), Error::kImageSignatureInvalid);
  board_.put("ota_0", signed_);
  EXPECT_TRUE(board_.selection->set_boot(board_.partition("ota_0")).ok());
}

TEST_F(DemandedSignature, ADamagedImageIsCalledDamagedNotUnsigned) {
  std::vector<std::byte> damaged = signed_;
  damaged[4000] ^= std::byte{1};
  board_.put("ota_0", damaged);
  EXPECT_EQ(error_of(board_.selection->set_boot(board_.partition("ota_0"))),
            Error::kValidationFailed);
  EXPECT_NE(board_.selection->detail(), Error::kImageSignatureInvalid);
  EXPECT_EQ(error_of(board_.install("ota_0", damaged)), Error::kValidationFailed);
  EXPECT_NE(board_.update->detail(), Error::kImageSignatureInvalid);
}

// Only applications carry the demand (spec 4.9).
TEST_F(DemandedSignature, ABootloaderIsNotAskedForOne) {
  const auto handle = board_.update->begin(board_.partition("ota_0"), kUpdateSequentialWrites);
  ASSERT_TRUE(handle.ok());
  ASSERT_TRUE(board_.update->set_final(*handle, board_.partition("bootloader"), false).ok());
  ASSERT_TRUE(board_.update->write(*handle, bootloader_for_test()).ok());
  EXPECT_TRUE(board_.update->end(*handle).ok());
}

}  // namespace
}  // namespace rota::core
