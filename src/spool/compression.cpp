#include "spool/compression.hpp"

#include <memory>
#include <stdexcept>

#include <lz4frame.h>

namespace silaware::spool {

namespace {

struct FreeContext {
    void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
};
using Context = std::unique_ptr<LZ4F_dctx, FreeContext>;

Context new_context() {
    LZ4F_dctx* context = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) != 0) throw std::bad_alloc();
    return Context(context);
}

/// The size that the frame says it holds; nothing if it says none or is no frame. `frame` loses its head.
std::optional<std::size_t> take_content_size(LZ4F_dctx* context, std::string_view& frame) {
    LZ4F_frameInfo_t info = {};
    std::size_t used = frame.size();
    if (LZ4F_isError(LZ4F_getFrameInfo(context, &info, frame.data(), &used)) != 0) return std::nullopt;
    frame.remove_prefix(used);
    return info.contentSize > 0 ? std::optional<std::size_t>(info.contentSize) : std::nullopt;
}

}  // namespace

std::optional<std::string> compress(std::string_view bytes) {
    LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
    preferences.frameInfo.blockSizeID = LZ4F_max1MB;
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    preferences.frameInfo.contentSize = bytes.size();
    std::string frame(LZ4F_compressFrameBound(bytes.size(), &preferences), '\0');
    const std::size_t size =
        LZ4F_compressFrame(frame.data(), frame.size(), bytes.data(), bytes.size(), &preferences);
    if (LZ4F_isError(size) != 0 || size >= bytes.size()) return std::nullopt;
    frame.resize(size);
    return frame;
}

bool decompress(std::string_view frame, std::size_t largest, std::string& bytes) {
    const Context context = new_context();
    const auto size = take_content_size(context.get(), frame);
    if (!size || *size > largest) return false;
    bytes.resize(*size);
    std::size_t written = *size;
    std::size_t used = frame.size();
    // 0: the frame is complete, and its checksum right.
    return LZ4F_decompress(context.get(), bytes.data(), &written, frame.data(), &used, nullptr) == 0 &&
           written == *size && used == frame.size();
}

}  // namespace silaware::spool
