// The sentences about what arrived.
#include "formats/chips.h"
#include "formats/identify.h"
#include "formats/text_writer.h"

namespace rota::formats {
namespace {

// What to do about each kind; a sentence's second half.
std::string_view advice(ContentKind kind) {
  switch (kind) {
    case ContentKind::kUnknown:
      return "it starts like nothing that is known; check the URL or the file name, and that the "
             "transfer was complete and binary";
    case ContentKind::kEmpty:
      return "there is nothing to install; check that the build wrote the file and that the server "
             "sends it";
    case ContentKind::kErased:
      return "nothing was ever written there; check the offset, or flash an image first";
    case ContentKind::kZeros:
      return "the file was probably made but never filled; copy it again";
    case ContentKind::kAppImage:
      return "it can be installed into an app slot";
    case ContentKind::kNativeImage:
      return "it runs on virtual boards only and no hardware starts it; build the project for the "
             "chip to update a real device";
    case ContentKind::kBootloaderImage:
      return "it belongs at the chip's bootloader offset, not into an app slot; send the app's "
             ".bin "
             "from the build folder";
    case ContentKind::kImageWithoutDescription:
      return "it is an older bootloader, a RAM image, or an app built without a description; send "
             "the .bin that the project's build made";
    case ContentKind::kEsp8266Image:
      return "an ESP32 can not run it; build the firmware for the right chip family";
    case ContentKind::kMergedFlash:
      return "it holds a whole flash from address 0 and is written over serial; send the app's "
             ".bin "
             "alone for an update";
    case ContentKind::kPartitionTable:
      return "send the app's .bin for an update; a table is shown with: rota table show";
    case ContentKind::kOtaData:
      return "it only says which slot boots; send the app's .bin for an update";
    case ContentKind::kNvs:
      return "it holds settings; send the app's .bin for an update";
    case ContentKind::kElf:
      return "chips take the .bin that is made from it; it lies beside the .elf in the build "
             "folder";
    case ContentKind::kUf2:
      return "it is meant for a USB drive; send the app's .bin";
    case ContentKind::kIntelHex:
      return "send the app's .bin from the build folder";
    case ContentKind::kGzip:
    case ContentKind::kZip:
    case ContentKind::kXz:
    case ContentKind::kZstd:
      return "unpack it first; if the file is not packed, the server compresses what it sends: "
             "switch that off for firmware";
    case ContentKind::kHtml:
      return "check the URL, and whether a login page, a captive portal or an error page answers";
    case ContentKind::kXml:
      return "storage services answer like this when access is denied or the name is wrong; check "
             "the URL and the permissions";
    case ContentKind::kJson:
      return "an API answered; check the URL, it must name the firmware file itself";
    case ContentKind::kPem:
      return "a key or certificate must never be served in place of firmware; check the URL";
    case ContentKind::kDeltaPatch:
      return "it must be applied to the running image by a device that knows deltas; send the "
             "whole "
             ".bin otherwise";
    case ContentKind::kEncryptedImage:
      return "the device must decrypt it while it writes; send the plain .bin to devices that do "
             "not";
    case ContentKind::kText:
      return "check the URL; this may be the text of an error";
  }
  return "check the URL";
}

bool is_image(ContentKind kind) {
  return kind == ContentKind::kAppImage || kind == ContentKind::kNativeImage ||
         kind == ContentKind::kBootloaderImage || kind == ContentKind::kImageWithoutDescription ||
         kind == ContentKind::kMergedFlash;
}

// Kinds that can be mistaken for an app image, or are one: "not a firmware image" would be odd.
bool needs_denial(ContentKind kind) {
  return !is_image(kind) && kind != ContentKind::kEsp8266Image && kind != ContentKind::kErased &&
         kind != ContentKind::kEmpty && kind != ContentKind::kUnknown &&
         kind != ContentKind::kDeltaPatch && kind != ContentKind::kEncryptedImage;
}

}  // namespace

std::string_view name_of(ContentKind kind) {
  switch (kind) {
    case ContentKind::kUnknown:
      return "unknown content";
    case ContentKind::kEmpty:
      return "nothing";
    case ContentKind::kErased:
      return "erased flash (all FF)";
    case ContentKind::kZeros:
      return "nothing but zeros";
    case ContentKind::kAppImage:
      return "an app image";
    case ContentKind::kNativeImage:
      return "a Rota native image";
    case ContentKind::kBootloaderImage:
      return "a bootloader image";
    case ContentKind::kImageWithoutDescription:
      return "an image without app description";
    case ContentKind::kEsp8266Image:
      return "an ESP8266 image";
    case ContentKind::kMergedFlash:
      return "a merged flash image";
    case ContentKind::kPartitionTable:
      return "a partition table";
    case ContentKind::kOtaData:
      return "an OTA data partition";
    case ContentKind::kNvs:
      return "an NVS partition";
    case ContentKind::kElf:
      return "an ELF file";
    case ContentKind::kUf2:
      return "a UF2 file";
    case ContentKind::kIntelHex:
      return "an Intel HEX file";
    case ContentKind::kGzip:
      return "a gzip file";
    case ContentKind::kZip:
      return "a ZIP archive";
    case ContentKind::kXz:
      return "an xz file";
    case ContentKind::kZstd:
      return "a Zstandard file";
    case ContentKind::kHtml:
      return "an HTML page";
    case ContentKind::kXml:
      return "an XML document";
    case ContentKind::kJson:
      return "a JSON document";
    case ContentKind::kPem:
      return "a PEM file";
    case ContentKind::kDeltaPatch:
      return "a delta patch";
    case ContentKind::kEncryptedImage:
      return "an encrypted image";
    case ContentKind::kText:
      return "a text";
  }
  return "unknown content";
}

std::string_view describe_content(const Identification& content, std::span<char> into) {
  TextWriter out(into);
  if (content.kind == ContentKind::kUnknown && content.chip_id != 0xFFFF) {
    out << "This is an image for a chip with the id ";
    out.hex(content.chip_id) << ", which is not known here; check that it was built for the right "
                                "chip, or that it is not damaged.";
    return out.text();
  }
  out << "This is " << name_of(content.kind);
  const ChipFacts* chip = is_image(content.kind) ? find_chip(content.chip_id) : nullptr;
  if (chip != nullptr) out << " for " << chip->name;
  if (content.kind == ContentKind::kMergedFlash) {
    out << " with its partition table at ";
    out.hex(content.table_offset);
  }
  if (!content.title.empty()) {
    out << (content.kind == ContentKind::kHtml ? " titled " : " that starts with ");
    out.quoted(content.title);
  }
  if (needs_denial(content.kind)) out << ", not a firmware image";
  out << ": " << advice(content.kind) << ".";
  return out.text();
}

}  // namespace rota::formats
