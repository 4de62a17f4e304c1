#include "mqtt/version_choice.hpp"

namespace silaware::mqtt {

namespace {

constexpr int telling_silences = 2;

Version other(Version version) {
    return version == Version::v5 ? Version::v311 : Version::v5;
}

}  // namespace

void VersionChoice::refused() {
    choose(other(current_), true);
}

void VersionChoice::silent() {
    if (asking_) return choose(Version::v311, true);
    if (++silences_ >= telling_silences) choose(other(current_), false);
}

bool VersionChoice::answered() {
    const bool enough = current_ == Version::v5 || sure_;
    choose(enough ? current_ : Version::v5, sure_);
    asking_ = !enough;
    return enough;
}

void VersionChoice::parted() {
    choose(Version::v5, false);
}

void VersionChoice::choose(Version version, bool sure) {
    current_ = version;
    sure_ = sure;
    asking_ = false;
    silences_ = 0;
}

}  // namespace silaware::mqtt
