// SPDX-License-Identifier: Apache-2.0
// Sealed packages: what opens, also with other tools, and what shows.
#include "weir/member/package.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/member/member_world.h"
#include "tests/support/status_matchers.h"
#include "weir/base/bytes.h"
#include "weir/crypto/age_file.h"
#include "weir/crypto/signed_note.h"
#include "weir/doc/signed_text.h"
#include "weir/member/internal/package_archive.h"

namespace weir::test {
namespace {

using member::internal::PackageArchive;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kDelivery[] = "019b76da-a800-7685-b7b2-b49670012139";
constexpr char kRequest[] = "019b76da-a800-72d0-a7f4-c18b3ec21a40";
constexpr char kCharge[] = "019b76da-a800-7891-8259-c7b4e358a47c";

// Of the first file's header in a ustar archive.
constexpr size_t kTimeAt = 136, kTimeBytes = 12, kSumAt = 148, kSumBytes = 8, kHeaderBytes = 512;

void MendChecksum(std::string& tar) {
  tar.replace(kSumAt, kSumBytes, std::string(kSumBytes, ' '));
  unsigned sum = 0;
  for (size_t i = 0; i < kHeaderBytes; ++i) sum += static_cast<unsigned char>(tar[i]);
  std::array<char, kSumBytes> digits{};
  static_cast<void>(std::snprintf(digits.data(), digits.size(), "%06o", sum));
  tar.replace(kSumAt, kSumBytes, digits.data(), digits.size());
}

class PackageTest : public ::testing::Test {
 protected:
  PackageTest()
      : charter_(*coalition::Charter::Verify(world_.charter_note(), nullptr, world_.clock().Now())),
        co_(world_.IdentityOf("co")),
        il_(world_.IdentityOf("il")),
        kc_(world_.IdentityOf("kc")) {}

  std::string Sign(const google::protobuf::Message& message, const member::Identity& signer) const {
    return *crypto::SignNote(*doc::FormatSigned(message), signer.node_signer);
  }

  v1::Manifest Manifest() const {
    v1::Manifest manifest;
    manifest.set_provider("co");
    manifest.set_charge(kCharge);
    manifest.set_created("2026-01-01T00:00:00Z");
    manifest.mutable_plan()->set_dataset("crashes");
    manifest.set_privacy_unit("one value of (case_id)");
    manifest.set_neighbours("add or remove all rows of one privacy unit");
    manifest.set_payload_sha256(Sha256Hex(payload_));
    manifest.set_payload_bytes(payload_.size());
    return manifest;
  }

  StatusOr<member::SealedPackage> SealFor(const std::string& recipient) const {
    return member::SealPackage(
        {.delivery = kDelivery, .recipient = recipient, .request = kRequest, .created = Created()},
        {.manifest = Sign(Manifest(), co_), .payload = payload_}, co_, charter_, SystemRandom());
  }
  Time Created() const { return *ParseTime("2026-01-01T00:00:01Z"); }

  // --- a package made by hand, so that each layer can be spoiled ---------------------------------
  v1::Delivery Delivery(const std::string& manifest_note) const {
    v1::Delivery delivery;
    delivery.set_delivery(kDelivery);
    delivery.set_sender("co");
    v1::DeliveryRecipient* named = delivery.add_recipients();
    named->set_member("kc");
    named->set_recipient(kc_.age_identity.recipient().ToString());
    delivery.set_request(kRequest);
    delivery.set_coalition("partnership");
    delivery.set_charter_version(1);
    delivery.set_manifest_sha256(Sha256Hex(manifest_note));
    delivery.set_created(FormatTime(Created()));
    return delivery;
  }
  v1::PackageLabel Label(const std::string& body) const {
    v1::PackageLabel label;
    label.set_package(kDelivery);
    label.set_sender("co");
    label.set_recipient("kc");
    label.set_created(FormatTime(Created()));
    label.set_ciphertext_sha256(Sha256Hex(body));
    label.set_ciphertext_bytes(body.size());
    return label;
  }
  std::string SealBytes(const std::string& plaintext, const member::Identity& recipient) const {
    const crypto::AgeRecipient key = recipient.age_identity.recipient();
    return *crypto::Seal(plaintext, std::span<const crypto::AgeRecipient>(&key, 1), SystemRandom());
  }
  StatusOr<member::OpenedPackage> OpenArchive(const PackageArchive& archive) const {
    return OpenPlaintext(*member::internal::WriteArchive(archive));
  }
  StatusOr<member::OpenedPackage> OpenPlaintext(const std::string& plaintext) const {
    const std::string body = SealBytes(plaintext, kc_);
    return member::OpenPackage(Sign(Label(body), co_), body, kc_, charter_);
  }
  PackageArchive GoodArchive() const {
    const std::string manifest = Sign(Manifest(), co_);
    return {.delivery_note = Sign(Delivery(manifest), co_),
            .manifest_note = manifest,
            .payload = payload_,
            .modified = Created()};
  }

  MemberWorld world_;
  const std::string payload_ = std::string("PAR1") + std::string(1000, 'x') + "PAR1";
  coalition::Charter charter_;
  member::Identity co_, il_, kc_;
};

TEST_F(PackageTest, OpensWhatWasSealed) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto sealed, SealFor("kc"));
  WEIR_ASSERT_OK_AND_ASSIGN(const auto opened,
                            member::OpenPackage(sealed.label, sealed.body, kc_, charter_));
  EXPECT_EQ(opened.payload, payload_);
  EXPECT_EQ(opened.delivery.request(), kRequest);
  EXPECT_EQ(opened.manifest.charge(), kCharge);
  EXPECT_EQ(opened.label.package(), kDelivery);
}

TEST_F(PackageTest, HandMadePackageOpensToo) { EXPECT_THAT(OpenArchive(GoodArchive()), IsOk()); }

TEST_F(PackageTest, TheAgeCommandAndTarOpenIt) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto sealed, SealFor("kc"));
  const TemporaryFolder folder;
  WriteTextFile(folder.Path("body.age"), sealed.body);
  const std::string command = "cd " + folder.path() + " && age -d -i " + world_.StateOf("kc") +
                              "/identity/age.key body.age > body.tar && tar xf body.tar";
  ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT(cert-env33-c): the test is about commands
  EXPECT_EQ(ReadTextFile(folder.Path("payload.parquet")), payload_);
  EXPECT_EQ(ReadTextFile(folder.Path("manifest.note")), Sign(Manifest(), co_));
  EXPECT_THAT(ReadTextFile(folder.Path("delivery.note")), HasSubstr("weir/delivery/v1\n"));
}

TEST_F(PackageTest, NobodyElseReadsIt) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto sealed, SealFor("kc"));
  EXPECT_THAT(member::OpenPackage(sealed.label, sealed.body, il_, charter_),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("for kc")));
  EXPECT_THAT(crypto::Open(sealed.body, il_.age_identity, member::kMaxPackageBytes),
              StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(sealed.body, Not(HasSubstr("PAR1")));
  EXPECT_THAT(sealed.label, Not(HasSubstr("crashes")));
  EXPECT_THAT(sealed.label, Not(HasSubstr(kRequest)));
}

TEST_F(PackageTest, SealsForMembersOnly) {
  EXPECT_THAT(SealFor("tus"), StatusIs(StatusCode::kInvalidArgument, HasSubstr("tus")));
}

TEST_F(PackageTest, EveryTruncationAndFlipOfTheCiphertextShows) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto sealed, SealFor("kc"));
  for (const size_t size : {size_t{0}, size_t{1}, sealed.body.size() / 2, sealed.body.size() - 1}) {
    EXPECT_THAT(member::OpenPackage(sealed.label, sealed.body.substr(0, size), kc_, charter_),
                StatusIs(StatusCode::kDataLoss));
  }
  for (const size_t at : {size_t{0}, sealed.body.size() / 2, sealed.body.size() - 1}) {
    std::string flipped = sealed.body;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    EXPECT_THAT(member::OpenPackage(sealed.label, flipped, kc_, charter_),
                StatusIs(StatusCode::kDataLoss, HasSubstr("digest")));
    // Also when the label fits: then age itself says so.
    EXPECT_THAT(member::OpenPackage(Sign(Label(flipped), co_), flipped, kc_, charter_),
                Not(IsOk()));
  }
}

TEST_F(PackageTest, ALabelMustBeOfItsSender) {
  WEIR_ASSERT_OK_AND_ASSIGN(const auto sealed, SealFor("kc"));
  const auto open = [&](const std::string& label) {
    return member::OpenPackage(label, sealed.body, kc_, charter_);
  };
  EXPECT_THAT(open(Sign(Label(sealed.body), il_)), StatusIs(StatusCode::kPermissionDenied));
  v1::PackageLabel stranger = Label(sealed.body);
  stranger.set_sender("tus");
  EXPECT_THAT(open(Sign(stranger, co_)),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("not a member")));
  std::string altered = sealed.label;
  altered.replace(altered.find("00:00:01Z"), 9, "00:00:02Z");
  EXPECT_THAT(open(altered), StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(open("no note"), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(PackageTest, SealedAgainForAnotherMemberShows) {
  // kc opens its package and hands it to il, with a label of its own, and as if from co.
  WEIR_ASSERT_OK_AND_ASSIGN(const auto sealed, SealFor("kc"));
  WEIR_ASSERT_OK_AND_ASSIGN(const std::string plaintext,
                            crypto::Open(sealed.body, kc_.age_identity, member::kMaxPackageBytes));
  const std::string body = SealBytes(plaintext, il_);
  v1::PackageLabel label = Label(body);
  label.set_recipient("il");
  EXPECT_THAT(member::OpenPackage(Sign(label, co_), body, il_, charter_),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("sealed for another")));
  label.set_sender("kc");
  EXPECT_THAT(member::OpenPackage(Sign(label, kc_), body, il_, charter_),
              StatusIs(StatusCode::kPermissionDenied));
}

TEST_F(PackageTest, EverySpoiledPartShows) {
  const struct {
    const char* what;
    std::function<void(PackageArchive&)> spoil;
    StatusCode code;
  } cases[] = {
      {"payload", [](PackageArchive& a) { a.payload[10] = 'y'; }, StatusCode::kDataLoss},
      {"payload cut", [](PackageArchive& a) { a.payload.pop_back(); }, StatusCode::kDataLoss},
      {"manifest of another member",
       [&](PackageArchive& a) {
         v1::Manifest manifest = Manifest();
         manifest.set_provider("il");
         a.manifest_note = Sign(manifest, il_);
         a.delivery_note = Sign(Delivery(a.manifest_note), co_);
       },
       StatusCode::kPermissionDenied},
      {"manifest signed by another",
       [&](PackageArchive& a) {
         a.manifest_note = Sign(Manifest(), il_);
         a.delivery_note = Sign(Delivery(a.manifest_note), co_);
       },
       StatusCode::kPermissionDenied},
      {"manifest exchanged",
       [&](PackageArchive& a) {
         v1::Manifest manifest = Manifest();
         manifest.set_charge(kRequest);
         a.manifest_note = Sign(manifest, co_);
       },
       StatusCode::kDataLoss},
      {"delivery signed by another",
       [&](PackageArchive& a) { a.delivery_note = Sign(Delivery(a.manifest_note), il_); },
       StatusCode::kPermissionDenied},
      {"delivery is a manifest", [](PackageArchive& a) { a.delivery_note = a.manifest_note; },
       StatusCode::kInvalidArgument},
      {"other delivery id",
       [&](PackageArchive& a) {
         v1::Delivery delivery = Delivery(a.manifest_note);
         delivery.set_delivery(kCharge);
         a.delivery_note = Sign(delivery, co_);
       },
       StatusCode::kDataLoss},
      {"other coalition",
       [&](PackageArchive& a) {
         v1::Delivery delivery = Delivery(a.manifest_note);
         delivery.set_coalition("others");
         a.delivery_note = Sign(delivery, co_);
       },
       StatusCode::kPermissionDenied},
      {"recipient with another key",
       [&](PackageArchive& a) {
         v1::Delivery delivery = Delivery(a.manifest_note);
         delivery.mutable_recipients(0)->set_recipient(il_.age_identity.recipient().ToString());
         a.delivery_note = Sign(delivery, co_);
       },
       StatusCode::kPermissionDenied},
      {"newer charter",
       [&](PackageArchive& a) {
         v1::Delivery delivery = Delivery(a.manifest_note);
         delivery.set_charter_version(2);
         a.delivery_note = Sign(delivery, co_);
       },
       StatusCode::kFailedPrecondition},
      {"another time", [](PackageArchive& a) { a.modified += std::chrono::seconds(1); },
       StatusCode::kDataLoss},
  };
  for (const auto& c : cases) {
    PackageArchive archive = GoodArchive();
    c.spoil(archive);
    EXPECT_THAT(OpenArchive(archive), StatusIs(c.code)) << c.what;
  }
}

TEST_F(PackageTest, TheArchiveHoldsThreeFilesAndNothingElse) {
  const std::string tar = *member::internal::WriteArchive(GoodArchive());
  const auto expect_refused = [&](const char* what, const std::string& spoiled) {
    EXPECT_THAT(OpenPlaintext(spoiled), StatusIs(StatusCode::kDataLoss, HasSubstr("archive")))
        << what;
  };
  EXPECT_THAT(OpenPlaintext(tar), IsOk());
  EXPECT_THAT(OpenPlaintext(tar + std::string(8192, '\0')), IsOk()) << "tar pads to 20 blocks";
  expect_refused("empty", "");
  expect_refused("cut", tar.substr(0, tar.size() - 1600));
  expect_refused("end mark cut", tar.substr(0, tar.size() - 1024));
  expect_refused("end mark halved", tar.substr(0, tar.size() - 512));
  expect_refused("bytes after the end", tar + "x");
  expect_refused("second archive", tar + tar);
  expect_refused("too much padding", tar + std::string(20480, '\0'));
  std::string padded = tar;
  padded[tar.size() - 1025] = 'x';
  expect_refused("padding of the payload", padded);
  std::string renamed = tar;
  renamed.replace(renamed.find("manifest.note"), 13, "../../../note");
  expect_refused("another name", renamed);
}

// The binary form of a number holds times that no calendar has.
TEST_F(PackageTest, TheArchiveHasATimeOfTheCalendar) {
  for (const auto& [first, opens] : {std::pair('\x80', false), {'\xFF', false}, {'0', true}}) {
    std::string tar = *member::internal::WriteArchive(GoodArchive());
    if (!opens) tar.replace(kTimeAt, kTimeBytes, std::string(kTimeBytes, '\x7F'));
    tar[kTimeAt] = first;
    MendChecksum(tar);
    EXPECT_EQ(member::internal::ReadArchive(tar, payload_.size()).ok(), opens);
  }
}

TEST_F(PackageTest, ArchivesOfOtherShapesAreRefused) {
  const TemporaryFolder folder;
  const PackageArchive good = GoodArchive();
  WriteTextFile(folder.Path("delivery.note"), good.delivery_note);
  WriteTextFile(folder.Path("manifest.note"), good.manifest_note);
  WriteTextFile(folder.Path("payload.parquet"), good.payload);
  const std::string plain =
      "tar c --format=ustar --owner=0 --group=0 --mode=0600 --mtime=2026-01-01T00:00:01Z ";
  const std::string names = "delivery.note manifest.note payload.parquet";
  const struct {
    const char* what;
    std::string command;
    bool opens;
  } cases[] = {
      {"as ours", plain + names, true},
      {"pax headers",
       "tar c --format=pax --owner=0 --group=0 --mode=0600 --mtime=2026-01-01T00:00:01Z " + names,
       false},
      {"GNU", "tar c --format=gnu --owner=0 --group=0 --mode=0600 " + names, false},
      {"other order", plain + "manifest.note delivery.note payload.parquet", false},
      {"a file missing", plain + "delivery.note manifest.note", false},
      {"a file more", plain + names + " manifest.note", false},
      {"another owner",
       "tar c --format=ustar --owner=1000 --group=0 --mode=0600 --mtime=2026-01-01T00:00:01Z " +
           names,
       false},
      {"another mode",
       "tar c --format=ustar --owner=0 --group=0 --mode=0644 --mtime=2026-01-01T00:00:01Z " + names,
       false},
      {"a link", "ln -sf /etc/passwd payload.parquet && " + plain + names, false},
  };
  for (const auto& c : cases) {
    const std::string command = "cd " + folder.path() + " && (" + c.command + ") > out.tar";
    ASSERT_EQ(std::system(command.c_str()), 0) << c.what;  // NOLINT(cert-env33-c)
    EXPECT_EQ(OpenPlaintext(ReadTextFile(folder.Path("out.tar"))).ok(), c.opens) << c.what;
  }
}

TEST_F(PackageTest, EqualArchivesAreEqualBytes) {
  EXPECT_EQ(*member::internal::WriteArchive(GoodArchive()),
            *member::internal::WriteArchive(GoodArchive()));
}

}  // namespace
}  // namespace weir::test
