// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include "tools/weir/commands.h"
#include "tools/weir/session.h"
#include "tools/weir/text_table.h"

namespace weir::tool {
namespace {

Status Propose(const Context& context, const std::string& path) {
  v1::ProposeAgreementRequest request;
  WEIR_ASSIGN_OR_RETURN(*request.mutable_document(), ReadDocument(context.files(), path));
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(
      const v1::ProposeAgreementResponse answer,
      session->Call(&member::Member::ProposeAgreement, "ProposeAgreement", request));
  if (context.json) context.PrintJson(answer);
  context.Say("signed and offered agreement " + answer.agreement());
  return OkStatus();
}

Status Sign(const Context& context, const std::string& id, const std::string& from) {
  v1::SignAgreementRequest request;
  request.set_agreement(id);
  request.set_other_party(from);
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(const v1::SignAgreementResponse answer,
                        session->Call(&member::Member::SignAgreement, "SignAgreement", request));
  if (context.json) context.PrintJson(answer);
  context.Say("signed agreement " + id + " with " + from + "; it is in force");
  return OkStatus();
}

StatusOr<v1::ListAgreementsResponse> Fetch(const Context& context) {
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  return session->Call(&member::Member::ListAgreements, "ListAgreements",
                       v1::ListAgreementsRequest());
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
  WEIR_ASSIGN_OR_RETURN(const v1::ListAgreementsResponse answer, Fetch(context));
  const v1::AgreementSummary* found = nullptr;
  for (const v1::AgreementSummary& agreement : answer.agreements()) {
    const bool with = from.empty() || agreement.provider() == from || agreement.consumer() == from;
    if (agreement.agreement() != id || !with) continue;
    if (found != nullptr) {
      return InvalidArgument("several members have an agreement %s: say whose with --from",
                             id.c_str());
    }
    found = &agreement;
  }
  if (found == nullptr) return NotFound("there is no agreement %s", id.c_str());
  if (context.json) {
    context.PrintJson(*found);
  } else {
    context.PrintData(found->note());
  }
  return OkStatus();
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
  CLI::App* sign = agreement->add_subcommand("sign", "Sign what another member has offered");
  sign->footer("example: weir agreement sign crashes-2015 --from kc");
  sign->add_option("agreement", *id, "Id of the agreement")->required();
  sign->add_option("--from", *from, "Who offered it")->required();
  context.OnCommand(sign, [&context, id, from] { return Sign(context, *id, *from); });
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
