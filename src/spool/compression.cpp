#include "spool/compression.hpp"

#include <algorithm>
#include <memory>
#include <new>

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

/// True for damage. No memory is no damage: what is whole must not be given up for it.
bool is_damage(std::size_t result) {
    if (LZ4F_isError(result) == 0) return false;
    if (std::string_view(LZ4F_getErrorName(result)) == "ERROR_allocation_failed") throw std::bad_alloc();
    return true;
}

struct FrameHead {
    std::size_t content_size;
    std::size_t next;  ///< bytes that the decoder wants next
};

/// Nothing if `frame` is none of ours; else it loses its head.
std::optional<FrameHead> take_head(LZ4F_dctx* context, std::string_view& frame) {
    LZ4F_frameInfo_t info = {};
    std::size_t used = frame.size();
    const std::size_t next = LZ4F_getFrameInfo(context, &info, frame.data(), &used);
    if (is_damage(next)) return std::nullopt;
    frame.remove_prefix(used);
    return FrameHead{static_cast<std::size_t>(info.contentSize), next};
}

}  // namespace

std::optional<std::string> compress(std::string_view bytes) {
    LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
    preferences.frameInfo.blockSizeID = LZ4F_max64KB;
    preferences.frameInfo.blockMode = LZ4F_blockIndependent;
    preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled;
    preferences.frameInfo.contentSize = bytes.size();
    std::string frame(LZ4F_compressFrameBound(bytes.size(), &preferences), '\0');
    const std::size_t size =
        LZ4F_compressFrame(frame.data(), frame.size(), bytes.data(), bytes.size(), &preferences);
    if (LZ4F_isError(size) != 0 || size >= bytes.size()) return std::nullopt;
    frame.resize(size);
    return frame;
}

void decompress(std::string_view frame, std::size_t largest, std::string& bytes) {
    bytes.clear();
    const Context context = new_context();
    const auto head = take_head(context.get(), frame);
    if (!head || head->content_size > largest) return;
    bytes.resize(head->content_size);
    std::size_t written = 0;
    // Never more than it wants, which is a block: of what a call finds damaged it gives nothing.
    for (std::size_t next = head->next; next != 0 && !frame.empty();) {
        std::size_t used = std::min(next, frame.size());
        std::size_t room = bytes.size() - written;
        next = LZ4F_decompress(context.get(), bytes.data() + written, &room, frame.data(), &used, nullptr);
        if (is_damage(next)) break;
        written += room;
        frame.remove_prefix(used);
        if (used == 0 && room == 0) break;
    }
    bytes.resize(written);
}

}  // namespace silaware::spool
