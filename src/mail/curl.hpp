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
CurlList make_list(const std::vector<std::string>& lines);
/// Asks `go_on` while a transfer runs; it must outlive the transfer.
void watch(CURL* handle, const std::function<bool()>& go_on);

}  // namespace silaware::mail
