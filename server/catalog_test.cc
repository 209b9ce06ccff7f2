#include "server/catalog.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/folder_for_test.h"
#include "server/image_for_test.h"

namespace rota::server {
namespace {

using formats::ContentKind;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CatalogOfFiles : public testing::Test {
 protected:
  Catalog open() {
    auto opened = Catalog::open(place_.path());
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().sentence);
    return std::move(opened).value();
  }
  static std::vector<std::string> names(Catalog& catalog) {
    std::vector<std::string> found;
    for (const auto& [path, entry] : catalog.entries()) found.push_back(path);
    return found;
  }
  CatalogEntry entry_of(const std::string& content) {
    place_.write("file.bin", content);
    Catalog catalog = open();
    return catalog.entries().at("file.bin");
  }
  static std::string refusal(Catalog& catalog, const std::string& path) {
    const auto opened = catalog.open_file(path);
    EXPECT_FALSE(opened.ok()) << path;
    return opened.ok() ? "" : opened.error().sentence;
  }
  static std::string content_of(const OpenedFile& opened) {
    std::string content(opened.entry.bytes, '\0');
    EXPECT_EQ(pread(opened.file.get(), content.data(), content.size(), 0),
              static_cast<ssize_t>(content.size()));
    return content;
  }
  FolderForTest place_;
};

TEST_F(CatalogOfFiles, ReadsWhatAnAppIs) {
  const std::string image = ImageForTest{}.build();
  const CatalogEntry entry = entry_of(image);
  EXPECT_EQ(entry.kind, ContentKind::kAppImage);
  EXPECT_EQ(entry.version, "1.2.3");
  EXPECT_EQ(entry.project, "hello_world");
  EXPECT_EQ(entry.chip, "ESP32-C3");
  EXPECT_EQ(entry.bytes, image.size());
  EXPECT_EQ(entry.sha256.size(), 64U);
  EXPECT_EQ(entry.etag(), '"' + entry.sha256.substr(0, 32) + '"');
  EXPECT_FALSE(entry.is_damaged);
  EXPECT_EQ(entry.note, "");
}

TEST_F(CatalogOfFiles, ASignatureMayFollowTheImage) {
  EXPECT_FALSE(entry_of(ImageForTest{}.build() + std::string(4096, '\xFF')).is_damaged);
}

TEST_F(CatalogOfFiles, NativeImagesAreMarked) {
  ImageForTest native;
  native.is_native = true;
  EXPECT_EQ(entry_of(native.build()).note, "Rota native image: virtual boards only.");
  EXPECT_EQ(entry_of(native.build()).kind, ContentKind::kNativeImage);
}

TEST_F(CatalogOfFiles, AMissingDigestIsTold) {
  ImageForTest plain;
  plain.has_digest = false;
  const CatalogEntry entry = entry_of(plain.build());
  EXPECT_FALSE(entry.is_damaged);
  EXPECT_THAT(entry.note, HasSubstr("No SHA-256 is appended"));
}

TEST_F(CatalogOfFiles, EveryFlippedByteOfAnImageIsNoticed) {
  const std::string image = ImageForTest{.code_bytes = 64}.build();
  unsigned noticed = 0;
  for (std::size_t at = 32; at < image.size(); ++at) {
    std::string flipped = image;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x40);
    const CatalogEntry entry = entry_of(flipped);
    if (entry.is_damaged || entry.kind != ContentKind::kAppImage) ++noticed;
    EXPECT_FALSE(entry.note.empty()) << at;
  }
  EXPECT_EQ(noticed, image.size() - 32);
}

TEST_F(CatalogOfFiles, DamageIsNamed) {
  const std::string image = ImageForTest{}.build();
  std::string flipped = image;
  flipped[2000] = static_cast<char>(flipped[2000] ^ 1);
  EXPECT_THAT(entry_of(flipped).note, HasSubstr("checksum does not match"));
  flipped = image;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  EXPECT_THAT(entry_of(flipped).note, HasSubstr("SHA-256 at its end does not match"));
  EXPECT_THAT(entry_of(image.substr(0, 3000)).note,
              AllOf(HasSubstr("ends after 3000 bytes"), HasSubstr("copy it again")));
  EXPECT_THAT(entry_of(image.substr(0, image.size() - 1)).note, HasSubstr("ends after"));
  flipped = image;
  flipped[28] = static_cast<char>(flipped[28] + 1);
  EXPECT_THAT(entry_of(flipped).note, HasSubstr("no multiple of 4"));
  flipped = image;
  flipped[30] = '\x7F';
  EXPECT_TRUE(entry_of(flipped).is_damaged) << "a length beyond the file";
  flipped = image;
  flipped[1] = 0;
  EXPECT_THAT(entry_of(flipped).note, HasSubstr("0 segments"));
}

TEST_F(CatalogOfFiles, OtherContentIsNamed) {
  EXPECT_THAT(entry_of("<html><title>Login</title></html>").note,
              HasSubstr("an HTML page titled 'Login'"));
  EXPECT_THAT(entry_of("\x1F\x8B and more").note, HasSubstr("a gzip file"));
  EXPECT_EQ(entry_of("").kind, ContentKind::kEmpty);
  EXPECT_TRUE(entry_of("whatever it is").is_served);
}

TEST_F(CatalogOfFiles, TextInsideAnImageCanNotDriveATerminal) {
  const CatalogEntry entry =
      entry_of(ImageForTest{.version = "1\x1b[2J", .project = "<b>\n"}.build());
  EXPECT_EQ(entry.version, "1?[2J");
  EXPECT_EQ(entry.project, "<b>?");
}

TEST_F(CatalogOfFiles, PrivateKeysAreListedButNeverServed) {
  place_.write("key.pem", "-----BEGIN EC PRIVATE KEY-----\nabc\n");
  place_.write("ca.pem", "-----BEGIN CERTIFICATE-----\nabc\n");
  Catalog catalog = open();
  EXPECT_THAT(names(catalog), ElementsAre("ca.pem", "key.pem"));
  EXPECT_THAT(refusal(catalog, "key.pem"), HasSubstr("private key"));
  EXPECT_TRUE(catalog.open_file("ca.pem").ok());
}

TEST_F(CatalogOfFiles, OnlyWhatIsListedIsServed) {
  FolderForTest outside;
  outside.write("secret.bin", "secret");
  place_.write("a.bin", "a");
  place_.write("sub/deep/b.bin", "b");
  place_.write(".hidden.bin", "h");
  place_.write(".git/config", "h");
  std::filesystem::create_symlink(outside / "secret.bin", place_ / "link.bin");
  std::filesystem::create_symlink("../../" + outside.path().substr(1) + "/secret.bin",
                                  place_ / "relative.bin");
  std::filesystem::create_directory_symlink(outside.path(), place_ / "linked");
  std::filesystem::create_symlink("a.bin", place_ / "inner.bin");
  std::filesystem::create_directory_symlink("..", place_ / "sub/loop");
  mkfifo((place_ / "pipe").c_str(), 0600);
  Catalog catalog = open();
  EXPECT_THAT(names(catalog), ElementsAre("a.bin", "inner.bin", "sub/deep/b.bin"));
  for (const char* path : {"", ".", "..", "../", "link.bin", "relative.bin", "linked/secret.bin",
                           ".hidden.bin", ".git/config", "sub", "sub/loop/a.bin", "pipe",
                           "sub/../a.bin", "./a.bin", "a.bin/", "/a.bin", "sub//deep/b.bin"}) {
    EXPECT_FALSE(catalog.open_file(path).ok()) << path;
  }
  EXPECT_THAT(catalog.complaints(), testing::Contains(HasSubstr("link.bin is a link out")));
}

TEST_F(CatalogOfFiles, ANearNameIsSuggested) {
  place_.write("build/Hello.bin", "x");
  Catalog catalog = open();
  EXPECT_THAT(refusal(catalog, "hello.bin"), HasSubstr("did you mean /build/Hello.bin ?"));
  EXPECT_THAT(refusal(catalog, "other.bin"), HasSubstr("lists what is served"));
}

TEST_F(CatalogOfFiles, NewChangedAndRemovedFilesAreSeen) {
  Catalog catalog = open();
  EXPECT_THAT(names(catalog), IsEmpty());
  place_.write("a.bin", ImageForTest{.version = "1"}.build());
  auto first = catalog.open_file("a.bin");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->entry.version, "1");
  const auto before = catalog.generation();
  place_.write("a.bin", ImageForTest{.version = "2"}.build());
  auto second = catalog.open_file("a.bin");
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->entry.version, "2");
  EXPECT_NE(second->entry.etag(), first->entry.etag());
  EXPECT_NE(catalog.generation(), before);
  std::filesystem::remove(place_ / "a.bin");
  EXPECT_FALSE(catalog.open_file("a.bin").ok());
  EXPECT_THAT(names(catalog), IsEmpty());
}

TEST_F(CatalogOfFiles, AChangeThatKeepsSizeAndTimeIsSeenWhileFresh) {
  place_.write("a.bin", "one");
  Catalog catalog = open();
  const auto time = std::filesystem::last_write_time(place_ / "a.bin");
  const std::string before = catalog.entries().at("a.bin").sha256;
  place_.write("a.bin", "two");
  std::filesystem::last_write_time(place_ / "a.bin", time);
  EXPECT_NE(catalog.open_file("a.bin")->entry.sha256, before);
}

TEST_F(CatalogOfFiles, AnOpenedFileOutlivesItsReplacement) {
  place_.write("a.bin", "old content");
  Catalog catalog = open();
  const auto opened = catalog.open_file("a.bin");
  ASSERT_TRUE(opened.ok());
  place_.replace("a.bin", "new content, longer");
  EXPECT_EQ(content_of(*opened), "old content");
  EXPECT_TRUE(opened->is_unchanged());
  EXPECT_EQ(content_of(*catalog.open_file("a.bin")), "new content, longer");
}

TEST_F(CatalogOfFiles, WritingIntoAnOpenedFileIsNoticed) {
  place_.write("a.bin", "old content");
  Catalog catalog = open();
  const auto opened = catalog.open_file("a.bin");
  ASSERT_TRUE(opened.ok());
  place_.write("a.bin", "half");
  EXPECT_FALSE(opened->is_unchanged());
}

TEST_F(CatalogOfFiles, FoldersThatCanNotBeServedAreExplained) {
  place_.write("file", "x");
  const auto sentence = [this](const std::string& name) {
    const auto opened = Catalog::open(place_ / name);
    EXPECT_FALSE(opened.ok());
    return opened.ok() ? "" : opened.error().sentence;
  };
  EXPECT_THAT(sentence("nowhere"), AllOf(HasSubstr("does not exist"), HasSubstr("nowhere")));
  EXPECT_THAT(sentence("file"), HasSubstr("is a file; name the folder"));
}

}  // namespace
}  // namespace rota::server
