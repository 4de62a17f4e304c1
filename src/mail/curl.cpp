#include "mail/curl.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace silaware::mail {

CurlHandle open_curl() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    CurlHandle handle(ready == CURLE_OK ? curl_easy_init() : nullptr);
    if (!handle) throw std::runtime_error("libcurl could not be set up");
    curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_SSL_VERIFYHOST, 2L);
    // OpenSSL's own variable, which libcurl overrides: the place of the system's CAs differs from host to
    // host.
    if (const char* authorities = std::getenv("SSL_CERT_FILE"))
        curl_easy_setopt(handle.get(), CURLOPT_CAINFO, authorities);
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

int Transfer::ask(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    const auto& transfer = *static_cast<const Transfer*>(self);
    if (transfer.go_on_()) return 0;
    transfer.shut(SHUT_RDWR);
    return 1;
}

int Transfer::opened(void* self, curl_socket_t socket, curlsocktype) {
    static_cast<Transfer*>(self)->sockets_.push_back(socket);
    return CURL_SOCKOPT_OK;
}

int Transfer::close(void* self, curl_socket_t socket) {
    std::erase(static_cast<Transfer*>(self)->sockets_, socket);
    return ::close(socket);
}

void Transfer::shut(int directions) const {
    for (const curl_socket_t socket : sockets_)
        ::shutdown(socket, directions);
}

CURLcode Transfer::perform(CURL* handle) {
    curl_easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, &Transfer::opened);
    curl_easy_setopt(handle, CURLOPT_SOCKOPTDATA, this);
    curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, &Transfer::close);
    curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, this);
    if (go_on_) {
        curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &Transfer::ask);
        curl_easy_setopt(handle, CURLOPT_XFERINFODATA, this);
        curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    }
    const CURLcode result = curl_easy_perform(handle);
    shut(SHUT_RD);
    return result;
}

}  // namespace silaware::mail
