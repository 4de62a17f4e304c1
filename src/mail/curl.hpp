#pragma once

#include <curl/curl.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

// What the clients of this room share of libcurl.
namespace silaware::mail {

struct CurlDeleter {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
    void operator()(curl_mime* mime) const { curl_mime_free(mime); }
};
using CurlHandle = std::unique_ptr<CURL, CurlDeleter>;
using CurlList = std::unique_ptr<curl_slist, CurlDeleter>;
using CurlMime = std::unique_ptr<curl_mime, CurlDeleter>;

/// A handle with what every session needs; libcurl is set up with the first. Throws std::runtime_error.
CurlHandle open_curl();
/// The lines in their order.
CurlList make_list(const std::vector<std::string>& lines);
/// A transfer that can be broken off, and that never waits for a server's goodbye: libcurl does, for minutes,
/// and a mail that was taken must be noted as such before its claim ends. Must outlive the handle.
class Transfer {
  public:
    /// `go_on` is asked about once a second; none: always.
    explicit Transfer(const std::function<bool()>& go_on) : go_on_(go_on) {}
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    CURLcode perform(CURL* handle);

  private:
    static int ask(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
    static int opened(void* self, curl_socket_t socket, curlsocktype);
    static int close(void* self, curl_socket_t socket);
    void shut(int directions) const;

    const std::function<bool()>& go_on_;
    std::vector<curl_socket_t> sockets_;
};

}  // namespace silaware::mail
