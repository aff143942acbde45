// SPDX-License-Identifier: Apache-2.0
#include "weir/data/clickhouse/internal/http_connection.h"

#include <algorithm>
#include <array>
#include <stop_token>
#include <utility>

#include "weir/base/catch_memory.h"
#include "weir/data/clickhouse/internal/curl_library.h"

namespace weir::data::internal {
namespace {

constexpr size_t kMostErrorBytes = size_t{64} << 10;
constexpr long kReceiveBytes = 256 << 10;  // NOLINT(google-runtime-int): libcurl's type
constexpr long kOn = 1;                    // NOLINT(google-runtime-int)

// What the callback of one request needs.
struct Transfer {
  const CurlLibrary* curl = nullptr;
  CURL* easy = nullptr;
  const HttpConnection::BytesHandler* handler = nullptr;
  Status handler_status = OkStatus();
  HttpAnswer answer = {};
  RunControl::Clock::time_point last_byte = RunControl::Clock::now();
  std::array<char, CURL_ERROR_SIZE> reason = {};
};

size_t TakeBytes(char* bytes, size_t size, size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view text(bytes, size * count);
  transfer.last_byte = RunControl::Clock::now();
  long status = 0;  // NOLINT(google-runtime-int)
  transfer.curl->curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  if (status == 200) {
    transfer.handler_status = CatchMemory([&] { return (*transfer.handler)(text); });
    return transfer.handler_status.ok() ? text.size() : 0;
  }
  std::string& body = transfer.answer.error_body;
  body += text.substr(0, kMostErrorBytes - std::min(kMostErrorBytes, body.size()));
  return text.size();
}

// Only headers that are sent while a query runs need this: a server that works is not idle.
size_t TakeHeader(char* bytes, size_t size, size_t count, void* user) {
  static_cast<void>(bytes);
  static_cast<Transfer*>(user)->last_byte = RunControl::Clock::now();
  return size * count;
}

}  // namespace

class HttpConnection::Handles {
 public:
  static StatusOr<std::unique_ptr<Handles>> Open() {
    WEIR_ASSIGN_OR_RETURN(const CurlLibrary* const curl, LoadCurl());
    auto handles = std::make_unique<Handles>(curl);
    if (handles->easy_ == nullptr || handles->multi_ == nullptr) {
      return MakeError(StatusCode::kResourceExhausted, "no memory left");
    }
    return handles;
  }

  explicit Handles(const CurlLibrary* curl)
      : curl_(curl), multi_(curl->curl_multi_init()), easy_(curl->curl_easy_init()) {}
  ~Handles() {
    if (easy_ != nullptr) curl_->curl_easy_cleanup(easy_);
    if (multi_ != nullptr) static_cast<void>(curl_->curl_multi_cleanup(multi_));
  }
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;

  StatusOr<HttpAnswer> Post(const HttpRequest& request, const HttpOptions& options,
                            const RunControl& control, const BytesHandler& handler) {
    Transfer transfer{.curl = curl_, .easy = easy_, .handler = &handler};
    curl_slist* headers = curl_->curl_slist_append(nullptr, "Expect:");
    for (const std::string& header : request.headers) {
      headers = curl_->curl_slist_append(headers, header.c_str());
    }
    SetOptions(request, options, headers, transfer);
    const Status status = Run(options, control, transfer);
    curl_->curl_slist_free_all(headers);
    WEIR_RETURN_IF_ERROR(status);
    long code = 0;  // NOLINT(google-runtime-int)
    curl_->curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &code);
    transfer.answer.status = static_cast<int>(code);
    return std::move(transfer.answer);
  }

 private:
  template <class Value>
  void Set(CURLoption option, Value value) {
    curl_->curl_easy_setopt(easy_, option, value);
  }

  void SetOptions(const HttpRequest& request, const HttpOptions& options, curl_slist* headers,
                  Transfer& transfer) {
    Set(CURLOPT_URL, request.url.c_str());
    Set(CURLOPT_PROTOCOLS_STR, "http,https");
    Set(CURLOPT_PROXY, "");
    Set(CURLOPT_NOSIGNAL, kOn);
    Set(CURLOPT_TCP_KEEPALIVE, kOn);
    Set(CURLOPT_BUFFERSIZE, kReceiveBytes);
    Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));  // NOLINT
    Set(CURLOPT_SSL_VERIFYPEER, kOn);
    Set(CURLOPT_SSL_VERIFYHOST, 2 * kOn);
    if (!options.ca_file.empty()) {
      Set(CURLOPT_CAINFO, options.ca_file.c_str());
      Set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
    }
    Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_limit.count()));  // NOLINT
    Set(CURLOPT_HTTPHEADER, headers);
    Set(CURLOPT_POST, kOn);
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    Set(CURLOPT_POSTFIELDS, request.body.data());
    Set(CURLOPT_WRITEFUNCTION, &TakeBytes);
    Set(CURLOPT_WRITEDATA, &transfer);
    Set(CURLOPT_HEADERFUNCTION, &TakeHeader);
    Set(CURLOPT_HEADERDATA, &transfer);
    Set(CURLOPT_ERRORBUFFER, transfer.reason.data());
  }

  // Until the transfer is done; woken up by a stop.
  Status Run(const HttpOptions& options, const RunControl& control, Transfer& transfer) {
    curl_->curl_multi_add_handle(multi_, easy_);
    const std::stop_callback wake(control.stop, [this] { curl_->curl_multi_wakeup(multi_); });
    int running = 1;
    Status status = OkStatus();
    while (status.ok()) {
      const CURLMcode code = curl_->curl_multi_perform(multi_, &running);
      if (code != CURLM_OK || running == 0) break;
      constexpr int kWaitMillis = 100;
      curl_->curl_multi_poll(multi_, nullptr, 0, kWaitMillis, nullptr);
      status = control.Check();
      if (status.ok() && RunControl::Clock::now() - transfer.last_byte > options.idle_limit) {
        status = Unavailable("the server has been silent for %lld s",
                             static_cast<long long>(options.idle_limit.count() / 1000));
      }
    }
    if (status.ok()) status = Outcome(transfer);
    curl_->curl_multi_remove_handle(multi_, easy_);
    Set(CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
    return status;
  }

  Status Outcome(const Transfer& transfer) {
    int left = 0;
    const CURLMsg* message = curl_->curl_multi_info_read(multi_, &left);
    if (message == nullptr || message->msg != CURLMSG_DONE) {
      return Unavailable("the connection failed");
    }
    if (!transfer.handler_status.ok()) return transfer.handler_status;
    const CURLcode result = message->data.result;
    if (result == CURLE_OK) return OkStatus();
    if (result == CURLE_OUT_OF_MEMORY) {
      return MakeError(StatusCode::kResourceExhausted, "no memory left");
    }
    const char* reason =
        transfer.reason[0] != '\0' ? transfer.reason.data() : curl_->curl_easy_strerror(result);
    return Unavailable("%s", reason);
  }

  const CurlLibrary* curl_;
  CURLM* multi_;
  CURL* easy_;
};

HttpConnection::HttpConnection(HttpOptions options) : options_(std::move(options)) {}
HttpConnection::HttpConnection(HttpConnection&& other) noexcept = default;
HttpConnection& HttpConnection::operator=(HttpConnection&& other) noexcept = default;
HttpConnection::~HttpConnection() = default;

StatusOr<HttpConnection> HttpConnection::Create(HttpOptions options) {
  WEIR_RETURN_IF_ERROR(LoadCurl().status());
  return HttpConnection(std::move(options));
}

StatusOr<HttpAnswer> HttpConnection::Post(const HttpRequest& request, const RunControl& control,
                                          const BytesHandler& handler) {
  WEIR_RETURN_IF_ERROR(control.Check());
  if (handles_ == nullptr) {
    WEIR_ASSIGN_OR_RETURN(handles_, Handles::Open());
  }
  auto answer = handles_->Post(request, options_, control, handler);
  if (!answer.ok()) handles_.reset();
  return answer;
}

}  // namespace weir::data::internal
