// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "tools/weir/commands.h"
#include "tools/weir/session.h"
#include "tools/weir/text_table.h"
#include "weir/base/bytes.h"
#include "weir/coalition/charter.h"
#include "weir/crypto/signed_note.h"
#include "weir/doc/signed_text.h"
#include "weir/member/identity.h"

namespace weir::tool {
namespace {

struct DraftOptions {
  std::string coalition;
  std::vector<std::string> members;
  std::string hub;
  uint32_t threshold = 0;
  std::string expires;
  std::string previous;
  std::string output;
  bool force = false;
};

// A draft has no signature yet, so it is the bare text; the first signature makes it a note.
StatusOr<std::string> TextOf(const std::string& content) {
  if (!doc::SignedKind(content).ok()) return InvalidArgument("not a signed document of Weir");
  const StatusOr<crypto::UnverifiedNote> note = crypto::ParseNote(content);
  return note.ok() ? note->text : content;
}

StatusOr<doc::Document<v1::Charter>> ReadCharter(const Context& context, const std::string& path) {
  WEIR_ASSIGN_OR_RETURN(const std::string content, ReadDocument(context.files(), path));
  WEIR_ASSIGN_OR_RETURN(const std::string text, TextOf(content));
  return doc::ParseSigned<v1::Charter>(text, path);
}

template <class Card>
StatusOr<Card> ReadCard(const Context& context, const std::string& path) {
  WEIR_ASSIGN_OR_RETURN(const std::string text, ReadDocument(context.files(), path));
  WEIR_ASSIGN_OR_RETURN(doc::Document<Card> card, doc::ParseYaml<Card>(text, path));
  return std::move(card.message);
}

Status LinkToPrevious(const Context& context, const std::string& path, v1::Charter& charter) {
  charter.set_version(1);
  if (path.empty()) return OkStatus();
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::Charter> previous, ReadCharter(context, path));
  WEIR_ASSIGN_OR_RETURN(const std::string content, ReadDocument(context.files(), path));
  WEIR_ASSIGN_OR_RETURN(const std::string text, TextOf(content));
  charter.set_version(previous.message.version() + 1);
  charter.set_previous_sha256(Sha256Hex(text));
  return OkStatus();
}

Status Draft(const Context& context, const DraftOptions& options) {
  v1::Charter charter;
  charter.set_coalition(options.coalition);
  charter.set_created(FormatTime(context.clock().Now()));
  charter.set_expires(options.expires);
  charter.mutable_rule()->set_threshold(options.threshold);
  WEIR_RETURN_IF_ERROR(LinkToPrevious(context, options.previous, charter));
  for (const std::string& path : options.members) {
    WEIR_ASSIGN_OR_RETURN(*charter.add_members(), ReadCard<v1::MemberCard>(context, path));
  }
  WEIR_ASSIGN_OR_RETURN(*charter.mutable_hub(), ReadCard<v1::HubCard>(context, options.hub));
  WEIR_ASSIGN_OR_RETURN(const std::string text, coalition::DraftCharter(charter));
  WEIR_RETURN_IF_ERROR(WriteOutput(context, options.output, text, options.force));
  context.Say("drafted " + options.output + ": sha256 " + Sha256Hex(text));
  context.Hint("read it, compare the keys with their owners, then: weir charter sign " +
               options.output);
  return OkStatus();
}

StatusOr<std::string> AddOneSignature(const std::string& note, const member::Identity& identity) {
  StatusOr<std::string> added = crypto::AddSignature(note, identity.charter_signer);
  if (added.status().code() != StatusCode::kAlreadyExists) return added;
  return AlreadyExists("%s has signed this charter already", identity.member.c_str());
}

Status Sign(const Context& context, const std::string& path) {
  WEIR_RETURN_IF_ERROR(context.NeedState());
  WEIR_RETURN_IF_ERROR(ReadCharter(context, path).status());
  WEIR_ASSIGN_OR_RETURN(const std::string content, ReadDocument(context.files(), path));
  WEIR_ASSIGN_OR_RETURN(const member::Identity identity,
                        member::LoadIdentity(context.state, context.files()));
  const bool first = !crypto::ParseNote(content).ok();
  WEIR_ASSIGN_OR_RETURN(const std::string note,
                        first ? crypto::SignNote(content, identity.charter_signer)
                              : AddOneSignature(content, identity));
  WEIR_RETURN_IF_ERROR(WriteOutput(context, path, note, /*force=*/true));
  context.Say(identity.member + " has signed " + path);
  return OkStatus();
}

Status Show(const Context& context, const std::string& path) {
  WEIR_ASSIGN_OR_RETURN(const doc::Document<v1::Charter> charter, ReadCharter(context, path));
  if (context.json) {
    context.PrintJson(charter.message);
    return OkStatus();
  }
  WEIR_ASSIGN_OR_RETURN(const std::string content, ReadDocument(context.files(), path));
  WEIR_ASSIGN_OR_RETURN(const std::string text, TextOf(content));
  const StatusOr<crypto::UnverifiedNote> note = crypto::ParseNote(content);
  const size_t signatures = note.ok() ? note->signatures.size() : 0;
  TextTable members({"MEMBER", "TITLE", "ADDRESS", "CHARTER KEY"});
  for (const v1::MemberCard& card : charter.message.members()) {
    members.Add({card.member(), card.title(), card.address(), card.charter_key()});
  }
  context.PrintData(
      "charter of " + charter.message.coalition() + ", version " +
      std::to_string(charter.message.version()) + ", expires " + charter.message.expires() +
      "\nsha256 " + Sha256Hex(text) + "\n" + std::to_string(signatures) + " signature lines, " +
      std::to_string(charter.message.rule().threshold()) + " of " +
      std::to_string(charter.message.members_size()) + " members needed\n\n" + members.ToString());
  return OkStatus();
}

Status Join(const Context& context, const std::string& path) {
  v1::InstallCharterRequest request;
  WEIR_ASSIGN_OR_RETURN(*request.mutable_charter(), ReadDocument(context.files(), path));
  if (ReadCharter(context, path).ok() && !crypto::ParseNote(request.charter()).ok()) {
    return FailedPrecondition("nobody has signed %s: `weir charter sign` does it", path.c_str());
  }
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(const v1::InstallCharterResponse answer,
                        session->Call(&member::Member::InstallCharter, "InstallCharter", request));
  if (context.json) context.PrintJson(answer);
  context.Say(session->member_id() + " has joined " + answer.coalition() + ", charter version " +
              std::to_string(answer.version()) + "\nsha256 " + answer.sha256());
  context.Hint("compare the sha256 with another member by telephone, then: weir node start");
  return OkStatus();
}

}  // namespace

void AddCharterCommands(CLI::App& app, Context& context) {
  CLI::App* charter = app.add_subcommand("charter", "Who the members are: draft, sign, show");
  charter->require_subcommand(1);
  CLI::App* draft = charter->add_subcommand("draft", "Write a charter from cards");
  draft->footer(
      "example: weir charter draft --coalition partnership --hub hub.yaml --member kc.yaml "
      "--member il.yaml --threshold 2 --expires 2027-12-31T00:00:00Z -o partnership.charter");
  auto options = std::make_shared<DraftOptions>();
  draft->add_option("--coalition", options->coalition, "Short name of the coalition")->required();
  draft->add_option("--member", options->members, "member.yaml of one region; repeat")->required();
  draft->add_option("--hub", options->hub, "hub.yaml of the hub")->required();
  draft->add_option("--threshold", options->threshold, "Signatures that a change needs")
      ->required();
  draft->add_option("--expires", options->expires, "RFC 3339, UTC: 2027-12-31T00:00:00Z")
      ->required();
  draft->add_option("--previous", options->previous, "The charter that this one replaces");
  draft->add_option("-o,--output", options->output, "File to write")->required();
  draft->add_flag("--force", options->force, "Replace an existing file");
  context.OnCommand(draft, [&context, options] { return Draft(context, *options); });

  auto path = std::make_shared<std::string>();
  CLI::App* sign = charter->add_subcommand("sign", "Add the region's signature to the file");
  sign->footer("example: weir charter sign partnership.charter");
  sign->add_option("file", *path, "Charter")->required();
  context.OnCommand(sign, [&context, path] { return Sign(context, *path); });
  CLI::App* show = charter->add_subcommand("show", "What a charter says; verifies nothing");
  show->footer("example: weir charter show partnership.charter");
  show->add_option("file", *path, "Charter")->required();
  context.OnCommand(show, [&context, path] { return Show(context, *path); });
  CLI::App* join = app.add_subcommand("join", "Verify a signed charter and take it as in force");
  join->footer("example: weir join partnership.charter");
  join->add_option("charter", *path, "Charter with enough signatures")->required();
  context.OnCommand(join, [&context, path] { return Join(context, *path); });
}

}  // namespace weir::tool
