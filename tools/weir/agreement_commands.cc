// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include "tools/weir/commands.h"
#include "tools/weir/session.h"
#include "tools/weir/text_table.h"
#include "weir/doc/yaml_reader.h"
#include "weir/v1/agreement.pb.h"

namespace weir::tool {
namespace {

Status Propose(const Context& context, const std::string& path) {
  v1::ProposeAgreementRequest request;
  WEIR_ASSIGN_OR_RETURN(*request.mutable_document(), ReadDocument(context.files(), path));
  // Once here, for a message that names the file.
  WEIR_RETURN_IF_ERROR(doc::ParseYaml<v1::Agreement>(request.document(), path).status());
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(
      const v1::ProposeAgreementResponse answer,
      session->Call(&member::Member::ProposeAgreement, "ProposeAgreement", request));
  if (context.json) context.PrintJson(answer);
  context.Say("signed and offered agreement " + answer.agreement());
  return OkStatus();
}

struct SignOptions {
  std::string id;
  std::string from;
  std::string sha256;
  bool yes = false;
};

StatusOr<v1::ListAgreementsResponse> FetchAll(Session& session) {
  return session.Call(&member::Member::ListAgreements, "ListAgreements",
                      v1::ListAgreementsRequest());
}

StatusOr<v1::ListAgreementsResponse> Fetch(const Context& context) {
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  return FetchAll(*session);
}

// `from`: the other party; empty: whoever has one of that id.
StatusOr<v1::AgreementSummary> FindAgreement(const v1::ListAgreementsResponse& all,
                                             const std::string& id, const std::string& from) {
  const v1::AgreementSummary* found = nullptr;
  for (const v1::AgreementSummary& agreement : all.agreements()) {
    const bool with = from.empty() || agreement.provider() == from || agreement.consumer() == from;
    if (agreement.agreement() != id || !with) continue;
    if (found != nullptr) {
      return InvalidArgument("several members have an agreement %s: say whose with --from",
                             id.c_str());
    }
    found = &agreement;
  }
  if (found == nullptr) return NotFound("there is no agreement %s", id.c_str());
  return *found;
}

void SayDigest(const Context& context, const v1::AgreementSummary& agreement) {
  context.Say("sha256 of the text: " + agreement.text_sha256());
}

// The digest of the text to sign: what was named, or what is shown here and agreed to.
StatusOr<std::string> ChooseText(const Context& context, Session& session,
                                 const SignOptions& options) {
  if (!options.sha256.empty()) return options.sha256;
  WEIR_ASSIGN_OR_RETURN(const v1::ListAgreementsResponse all, FetchAll(session));
  WEIR_ASSIGN_OR_RETURN(const v1::AgreementSummary agreement,
                        FindAgreement(all, options.id, options.from));
  if (!context.json) context.PrintData(agreement.note());
  SayDigest(context, agreement);
  if (options.yes) return agreement.text_sha256();
  WEIR_RETURN_IF_ERROR(context.FinishOutput());
  WEIR_ASSIGN_OR_RETURN(
      const bool agreed,
      context.Confirm("sign this text?",
                      "say which text to sign: --sha256 HEX signs the one that weir agreement show "
                      "has shown, --yes whatever stands there now"));
  if (!agreed) return FailedPrecondition("not signed");
  return agreement.text_sha256();
}

Status Sign(const Context& context, const SignOptions& options) {
  v1::SignAgreementRequest request;
  request.set_agreement(options.id);
  request.set_other_party(options.from);
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(*request.mutable_text_sha256(), ChooseText(context, *session, options));
  WEIR_ASSIGN_OR_RETURN(const v1::SignAgreementResponse answer,
                        session->Call(&member::Member::SignAgreement, "SignAgreement", request));
  if (context.json) context.PrintJson(answer);
  WEIR_ASSIGN_OR_RETURN(const v1::ListAgreementsResponse all, FetchAll(*session));
  WEIR_ASSIGN_OR_RETURN(const v1::AgreementSummary agreement,
                        FindAgreement(all, options.id, options.from));
  context.Say("signed agreement " + options.id + " with " + options.from +
              (agreement.in_force() ? "; it is in force"
                                    : "; it is not in force now: see its not_before and expires"));
  return OkStatus();
}

std::string JoinNames(const google::protobuf::RepeatedPtrField<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) joined += (joined.empty() ? "" : ", ") + name;
  return joined;
}

// Only the provider's ledger knows what has been spent.
std::string Spent(const v1::AgreementSummary& agreement) {
  const std::string spent = agreement.epsilon_spent().empty() ? "?" : agreement.epsilon_spent();
  return spent + " of " + agreement.epsilon_share();
}

Status List(const Context& context) {
  WEIR_ASSIGN_OR_RETURN(const v1::ListAgreementsResponse answer, Fetch(context));
  if (context.json) {
    context.PrintJson(answer);
    return OkStatus();
  }
  TextTable table({"AGREEMENT", "PROVIDER", "CONSUMER", "DATASET", "SIGNED BY", "IN FORCE",
                   "EPSILON SPENT", "EXPIRES"});
  for (const v1::AgreementSummary& agreement : answer.agreements()) {
    table.Add({agreement.agreement(), agreement.provider(), agreement.consumer(),
               agreement.dataset(), JoinNames(agreement.signed_by()),
               agreement.in_force() ? "yes" : "no", Spent(agreement), agreement.expires()});
  }
  context.PrintData(table.ToString());
  return OkStatus();
}

Status Show(const Context& context, const std::string& id, const std::string& from) {
  WEIR_ASSIGN_OR_RETURN(const v1::ListAgreementsResponse all, Fetch(context));
  WEIR_ASSIGN_OR_RETURN(const v1::AgreementSummary agreement, FindAgreement(all, id, from));
  if (context.json) {
    context.PrintJson(agreement);
    return OkStatus();
  }
  context.PrintData(agreement.note());
  SayDigest(context, agreement);
  return OkStatus();
}

void AddSign(CLI::App& agreement, Context& context) {
  auto options = std::make_shared<SignOptions>();
  CLI::App* sign = agreement.add_subcommand(
      "sign", "Sign what another member has offered: shows the text and asks");
  sign->footer("example: weir agreement sign crashes-2015 --from kc");
  sign->add_option("agreement", options->id, "Id of the agreement")->required();
  sign->add_option("--from", options->from, "Who offered it")->required();
  sign->add_option("--sha256", options->sha256,
                   "Sign this text and no other; `weir agreement show` says its digest");
  sign->add_flag("--yes", options->yes, "Sign the text that stands there now, without asking");
  context.OnCommand(sign, [&context, options] { return Sign(context, *options); });
}

}  // namespace

void AddAgreementCommands(CLI::App& app, Context& context) {
  CLI::App* agreement = app.add_subcommand("agreement", "What one member lets another ask");
  agreement->require_subcommand(1);
  auto id = std::make_shared<std::string>();
  auto from = std::make_shared<std::string>();
  CLI::App* propose =
      agreement->add_subcommand("propose", "Sign an agreement and offer it to the other party");
  propose->footer("example: weir agreement propose crashes-2015.agreement.yaml");
  propose->add_option("file", *id, "Agreement document (YAML)")->required();
  context.OnCommand(propose, [&context, id] { return Propose(context, *id); });
  AddSign(*agreement, context);
  CLI::App* list = agreement->add_subcommand("list", "All agreements of this region");
  list->footer("example: weir agreement list");
  context.OnCommand(list, [&context] { return List(context); });
  CLI::App* show = agreement->add_subcommand("show", "The signed note of one");
  show->footer("example: weir agreement show crashes-2015");
  show->add_option("agreement", *id, "Id of the agreement")->required();
  show->add_option("--from", *from, "The other party, if several have one of that id");
  context.OnCommand(show, [&context, id, from] { return Show(context, *id, *from); });
}

}  // namespace weir::tool
