#include "mail/curl.hpp"

#include <stdexcept>

namespace silaware::mail {

namespace {

int ask(void* go_on, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return (*static_cast<const std::function<bool()>*>(go_on))() ? 0 : 1;
}

}  // namespace

CurlHandle open_curl() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    CurlHandle handle(ready == CURLE_OK ? curl_easy_init() : nullptr);
    if (!handle) throw std::runtime_error("libcurl could not be set up");
    curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_SSL_VERIFYHOST, 2L);
    return handle;
}

CurlList make_list(const std::vector<std::string>& lines) {
    CurlList list;
    for (const std::string& line : lines) {
        curl_slist* longer = curl_slist_append(list.get(), line.c_str());
        if (longer == nullptr) throw std::bad_alloc();
        (void)list.release();
        list.reset(longer);
    }
    return list;
}

void watch(CURL* handle, const std::function<bool()>& go_on) {
    if (!go_on) return;
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &ask);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &go_on);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}

}  // namespace silaware::mail
