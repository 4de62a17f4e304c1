#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"
#include "view/assets.hpp"
#include "view/catalogue.hpp"

namespace silaware::view {

/// What the `[[…]]` of a template may refer to; they are filled in once, when the template is loaded.
struct TemplateContext {
    const Catalogue* texts = nullptr;
    const Assets* assets = nullptr;
    std::string language = {};
    std::string page = {};    ///< name of the page, or of the mail
    std::string body = {};    ///< the page's own template, for `[[page]]` of a layout
    bool plain_text = false;  ///< texts go in as they are, not escaped for HTML
};

/// `source` with its directives filled in:
///   [[nav.summary]]          a text; its `{name}` becomes the marker {{NAME}}
///   [[text:title.]]          the text `title.<page>`
///   [[asset:css/app.css]]    the URL of a static file
///   [[preload:js/x.js]]      link elements for a module and all it imports; [[preload:]] for the page's own
///   [[module:]]              the URL of the page's own module, js/<page>.js
///   [[current:summary]]      aria-current for the menu when this is that page
///   [[texts]]                the URL of the module that carries this language's texts to the browser
///   [[name]] [[language]] [[page]]
/// Error `internal` for a text or file that does not exist.
core::Result<std::string> expand_directives(std::string_view source, const TemplateContext& context);

/// For text and quoted attributes.
std::string escape_html(std::string_view text);

}  // namespace silaware::view
