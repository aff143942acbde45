// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "tools/weir/commands.h"
#include "tools/weir/preview.h"
#include "tools/weir/session.h"
#include "tools/weir/text_table.h"
#include "weir/coalition/decide.h"
#include "weir/doc/yaml_reader.h"

namespace weir::tool {
namespace {

struct AskOptions {
  std::string spec;
  std::string target;
  std::string agreement;
  int wait_seconds = 0;
};

std::string StateName(v1::RequestState state) {
  switch (state) {
    case v1::REQUEST_STATE_AWAITING_APPROVAL:
      return "awaiting approval";
    case v1::REQUEST_STATE_CHARGED:
      return "charged";
    case v1::REQUEST_STATE_DELIVERED:
      return "delivered";
    case v1::REQUEST_STATE_REFUSED:
      return "refused";
    case v1::REQUEST_STATE_FAILED:
      return "failed";
    default:
      return "sent";
  }
}

std::string Describe(const v1::RequestSummary& request) {
  std::string text = request.request() + ": " + StateName(request.state());
  if (request.refusal() != v1::REFUSAL_REASON_UNSPECIFIED) {
    text += " (" + coalition::ReasonWord(request.refusal()) + ")";
  }
  if (!request.package().empty()) text += ", package " + request.package();
  if (!request.fault().empty()) text += ", fault: " + request.fault();
  return text;
}

// Refused and failed requests make the command fail, with the code for it.
Status Outcome(const v1::RequestSummary& request) {
  if (request.state() == v1::REQUEST_STATE_REFUSED) {
    return RefusalStatus(request.refusal(), "request " + request.request());
  }
  if (request.state() == v1::REQUEST_STATE_FAILED) {
    return Unavailable("request %s failed at the provider; its charge stands",
                       request.request().c_str());
  }
  return OkStatus();
}

StatusOr<v1::RequestSummary> FetchRequest(Session& session, const std::string& id) {
  v1::GetRequestRequest request;
  request.set_request(id);
  WEIR_ASSIGN_OR_RETURN(const v1::GetRequestResponse answer,
                        session.Call(&member::Member::GetRequest, "GetRequest", request));
  return answer.request();
}

// The text; parsed once here, for a message that names the file.
StatusOr<std::string> ReadSpec(const Context& context, const std::string& path) {
  WEIR_ASSIGN_OR_RETURN(std::string text, ReadDocument(context.files(), path));
  WEIR_RETURN_IF_ERROR(doc::ParseYaml<v1::ReleaseSpec>(text, path).status());
  return text;
}

Status Preview(const Context& context, const AskOptions& options) {
  v1::PreviewRequestRequest request;
  request.set_target(options.target);
  request.set_agreement(options.agreement);
  WEIR_ASSIGN_OR_RETURN(*request.mutable_spec(), ReadSpec(context, options.spec));
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(const v1::PreviewRequestResponse answer,
                        session->Call(&member::Member::PreviewRequest, "PreviewRequest", request));
  if (context.json) {
    context.PrintJson(answer.preview());
  } else {
    context.PrintData(ShowPreview(answer.preview()));
  }
  return RefusalOf(answer.preview());
}

// Nothing more will happen: the answer has come, or there will be none.
bool Settled(const v1::RequestSummary& request) {
  if (request.state() == v1::REQUEST_STATE_DELIVERED) return !request.package().empty();
  return request.state() == v1::REQUEST_STATE_REFUSED ||
         request.state() == v1::REQUEST_STATE_FAILED;
}

Status Send(const Context& context, const AskOptions& options) {
  v1::SendRequestRequest request;
  request.set_target(options.target);
  request.set_agreement(options.agreement);
  WEIR_ASSIGN_OR_RETURN(*request.mutable_spec(), ReadSpec(context, options.spec));
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(const v1::SendRequestResponse answer,
                        session->Call(&member::Member::SendRequest, "SendRequest", request));
  v1::RequestSummary summary = answer.request();
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(options.wait_seconds);
  while (!Settled(summary) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    WEIR_ASSIGN_OR_RETURN(summary, FetchRequest(*session, summary.request()));
  }
  if (context.json) {
    context.PrintJson(summary);
  } else {
    context.PrintData(summary.request() + "\n");
    context.Say(Describe(summary));
  }
  return Outcome(summary);
}

Status List(const Context& context) {
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(
      const v1::ListRequestsResponse answer,
      session->Call(&member::Member::ListRequests, "ListRequests", v1::ListRequestsRequest()));
  if (context.json) {
    context.PrintJson(answer);
    return OkStatus();
  }
  TextTable table({"REQUEST", "FROM", "TO", "DATASET", "EPSILON", "STATE", "CREATED"});
  for (const v1::RequestSummary& request : answer.requests()) {
    std::string state = StateName(request.state());
    if (request.refusal() != v1::REFUSAL_REASON_UNSPECIFIED) {
      state += ": " + coalition::ReasonWord(request.refusal());
    }
    table.Add({request.request(), request.requester(), request.target(), request.dataset(),
               request.epsilon(), state, request.created()});
  }
  context.PrintData(table.ToString());
  return OkStatus();
}

Status Show(const Context& context, const std::string& id) {
  v1::GetRequestRequest request;
  request.set_request(id);
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(const v1::GetRequestResponse answer,
                        session->Call(&member::Member::GetRequest, "GetRequest", request));
  if (context.json) {
    context.PrintJson(answer);
  } else {
    context.PrintData(Describe(answer.request()) + "\n\n" + answer.note());
  }
  return OkStatus();
}

Status Approve(const Context& context, const std::string& id, bool decline) {
  v1::ApproveRequestRequest request;
  request.set_request(id);
  request.set_decline(decline);
  WEIR_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, Session::Open(context));
  WEIR_ASSIGN_OR_RETURN(const v1::ApproveRequestResponse answer,
                        session->Call(&member::Member::ApproveRequest, "ApproveRequest", request));
  if (context.json) context.PrintJson(answer.request());
  context.Say(Describe(answer.request()));
  return OkStatus();
}

void AddAskOptions(CLI::App* command, const std::shared_ptr<AskOptions>& options) {
  command->add_option("spec", options->spec, "Release document; `dataset` is the target's id")
      ->required();
  command->add_option("--to", options->target, "Member that is asked")->required();
  command->add_option("--agreement", options->agreement, "Id of the agreement it falls under")
      ->required();
}

}  // namespace

void AddRequestCommands(CLI::App& app, Context& context) {
  CLI::App* request = app.add_subcommand("request", "Questions to other members, and theirs to us");
  request->require_subcommand(1);
  auto options = std::make_shared<AskOptions>();
  CLI::App* preview = request->add_subcommand("preview", "Cost and error; touches no data");
  preview->footer(
      "example: weir request preview crashes-by-hour.release.yaml --to il --agreement "
      "crashes-2015");
  AddAskOptions(preview, options);
  context.OnCommand(preview, [&context, options] { return Preview(context, *options); });
  CLI::App* send = request->add_subcommand("send", "Sign the question and send it; this charges");
  send->footer(
      "example: weir request send crashes-by-hour.release.yaml --to il --agreement crashes-2015 "
      "--wait 60");
  AddAskOptions(send, options);
  send->add_option("--wait", options->wait_seconds, "Seconds to wait for the package (0)")
      ->check(CLI::Range(0, 86400));
  context.OnCommand(send, [&context, options] { return Send(context, *options); });
  CLI::App* list = request->add_subcommand("list", "All requests, ours and others'");
  list->footer("example: weir request list");
  context.OnCommand(list, [&context] { return List(context); });
  auto id = std::make_shared<std::string>();
  auto decline = std::make_shared<bool>(false);
  CLI::App* show = request->add_subcommand("show", "State and signed note of one");
  show->footer("example: weir request show 0123456789abcdef");
  show->add_option("request", *id, "Id of the request")->required();
  context.OnCommand(show, [&context, id] { return Show(context, *id); });
  CLI::App* approve = request->add_subcommand("approve", "Allow a request that awaits approval");
  approve->footer("example: weir request approve 0123456789abcdef");
  approve->add_option("request", *id, "Id of the request")->required();
  approve->add_flag("--decline", *decline, "Refuse it instead");
  context.OnCommand(approve, [&context, id, decline] { return Approve(context, *id, *decline); });
}

}  // namespace weir::tool
