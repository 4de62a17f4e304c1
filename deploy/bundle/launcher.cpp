// `silaware` in the root of the bundle: starts lib/silaware with the loader and the libraries that lie beside
// it. Linked statically, so that it runs wherever the kernel does, whatever libc the host has or has not.
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr int most_arguments = 1000;
constexpr const char* certificate_files[] = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu
    "/etc/pki/tls/certs/ca-bundle.crt",                   // RHEL, Alma, Rocky, CloudLinux
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // its successors
    "/etc/ssl/ca-bundle.pem",                             // SUSE
};

bool exists(const char* path) {
    struct stat about{};
    return stat(path, &about) == 0;
}

/// This file with all links resolved; without /proc (a bare chroot) from what the kernel was asked to run.
bool find_self(char (&self)[PATH_MAX]) {
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length > 0) {
        self[length] = '\0';
        return true;
    }
    const auto* asked_for = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
    return asked_for != nullptr && realpath(asked_for, self) != nullptr;
}

const char* in_root(const char* root, const char* path) {
    char* joined = nullptr;
    if (asprintf(&joined, "%s/%s", root, path) < 0) abort();
    return joined;
}

/// What libraries look for at places that the host may not have.
void point_to_resources(const char* root) {
    setenv("MARIADB_PLUGIN_DIR", in_root(root, "lib/mariadb"), 0);
    for (const char* file : certificate_files) {
        if (exists(file)) setenv("SSL_CERT_FILE", file, 0);
    }
    setenv("SSL_CERT_FILE", in_root(root, "share/ca-certificates.crt"), 0);
}

}  // namespace

int main(int argc, char** argv) {
    char self[PATH_MAX];
    if (!find_self(self) || argc > most_arguments) {
        fputs("silaware: can't find its own folder\n", stderr);
        return 1;
    }
    setenv("SILAWARE_LAUNCHER", self, 1);
    char* const root = strdup(self);
    *strrchr(root, '/') = '\0';
    point_to_resources(root);

    const char* loader = in_root(root, "lib/ld-linux-x86-64.so.2");
    const char* command[most_arguments + 10];
    int count = 0;
    command[count++] = loader;
    command[count++] = "--inhibit-cache";  // libraries of the host never mix in
    command[count++] = "--library-path";
    command[count++] = in_root(root, "lib");
    if (!exists("/usr/share/zoneinfo")) {
        setenv("SILAWARE_ZONEINFO", in_root(root, "share/zoneinfo"), 1);
        command[count++] = "--preload";
        command[count++] = in_root(root, "lib/zoneinfo.so");
    }
    command[count++] = in_root(root, "lib/silaware");
    for (int i = 1; i <= argc; ++i)
        command[count++] = argv[i];  // the null pointer too
    execv(loader, const_cast<char* const*>(command));
    perror(loader);
    return 1;
}
